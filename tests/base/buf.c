/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "milter/base/buf.h"

static void
bytes_are_kept_and_ended(void **unused)
{
	struct buf b;

	(void)unused;
	buf_init(&b, 1000);
	assert_string_equal(buf_text(&b), "");
	assert_int_equal(buf_add(&b, NULL, 0), 0);
	assert_int_equal(buf_string(&b, "abc"), 0);
	assert_int_equal(buf_printf(&b, "-%d-%s", 42, "x"), 0);
	assert_int_equal(buf_add(&b, "\0y", 2), 0);
	assert_int_equal(b.len, 10);
	assert_memory_equal(buf_text(&b), "abc-42-x\0y", 11);
	buf_clear(&b);
	assert_string_equal(buf_text(&b), "");
	buf_free(&b);
	assert_int_equal(b.limit, 1000);
	assert_null(b.data);
}

static void
the_limit_holds_to_the_byte(void **unused)
{
	struct buf b;

	(void)unused;
	buf_init(&b, 200);
	for (int i = 0; i < 200; i++)
		assert_int_equal(buf_add(&b, "x", 1), 0);
	assert_int_equal(buf_add(&b, "x", 1), -1);
	assert_int_equal(buf_printf(&b, "%d", 1), -1);
	assert_int_equal(buf_add(&b, "", 0), 0);
	assert_int_equal(b.len, 200);
	assert_int_equal(strlen(buf_text(&b)), 200);
	buf_clear(&b);
	assert_int_equal(buf_add(&b, "x", SIZE_MAX), -1);
	assert_int_equal(buf_printf(&b, "%200s", ""), 0);
	assert_int_equal(buf_printf(&b, "%s", ""), 0);
	buf_free(&b);
	buf_init(&b, 0);
	assert_int_equal(buf_add(&b, "x", 1), -1);
	assert_string_equal(buf_text(&b), "");
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_are_kept_and_ended),
		cmocka_unit_test(the_limit_holds_to_the_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
