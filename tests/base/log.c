/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "milter/base/log.h"

static void
the_foreground_gets_lines(void **unused)
{
	char text[200] = "";
	FILE *to = tmpfile();
	int saved = dup(STDERR_FILENO);

	(void)unused;
	assert_non_null(to);
	dup2(fileno(to), STDERR_FILENO);
	log_open("prog", 1);
	log_info("a %d", 1);
	log_warning("b");
	log_error("c");
	dup2(saved, STDERR_FILENO);
	close(saved);
	rewind(to);
	assert_true(fread(text, 1, sizeof text - 1, to) > 0);
	assert_string_equal(text, "prog: a 1\nprog: b\nprog: c\n");
	fclose(to);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_foreground_gets_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
