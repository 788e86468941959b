/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <string.h>
#include <cmocka.h>

#include "milter/base/reason.h"

static void
reasons_are_made(void **unused)
{
	struct reason why;

	(void)unused;
	assert_int_equal(reason_set(&why, "%d is %s", 7, "odd"), -1);
	assert_string_equal(why.text, "7 is odd");
	assert_int_equal(reason_prefix(&why, "%s:%d", "f", 3), -1);
	assert_string_equal(why.text, "f:3: 7 is odd");
	reason_set(&why, "<%s>", why.text);
	assert_string_equal(why.text, "<f:3: 7 is odd>");
	errno = ENOENT;
	assert_int_equal(reason_errno(&why, "cannot open %s", "x"), -1);
	assert_string_equal(why.text,
	    "cannot open x: No such file or directory");
	assert_int_equal(errno, ENOENT);
	errno = 99999;
	reason_errno(&why, "x");
	assert_string_equal(why.text, "x: unknown error");
}

static void
long_reasons_are_cut(void **unused)
{
	struct reason why;

	(void)unused;
	reason_set(&why, "%2000s", "x");
	assert_int_equal(strlen(why.text), sizeof why.text - 1);
	reason_prefix(&why, "%2000s", "y");
	assert_int_equal(strlen(why.text), sizeof why.text - 1);
	errno = EIO;
	reason_errno(&why, "%2000s", "z");
	assert_int_equal(strlen(why.text), sizeof why.text - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reasons_are_made),
		cmocka_unit_test(long_reasons_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
