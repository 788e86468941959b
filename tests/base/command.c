/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "milter/base/command.h"
#include "milter/base/count.h"

static const char *ran;
static int ran_argc;

static int
run_show(const struct conf *conf, int argc, char **argv)
{
	(void)conf;
	ran = argv[0];
	ran_argc = argc;
	return COMMAND_FAILED;
}

static int
run_other(const struct conf *conf, int argc, char **argv)
{
	(void)conf;
	(void)argc;
	(void)argv;
	ran = "other";
	return COMMAND_USAGE;
}

static const struct command rows[] = {
	{ "held", "", "says what is held", run_other },
	{ "held show", "ID", "shows one", run_show },
};

static const struct {
	char *argv[5];
	int status;
	const char *ran;
	int argc;
} cases[] = {
	{ { "held", "show", "7" }, COMMAND_FAILED, "show", 2 },
	{ { "held", "show" }, COMMAND_FAILED, "show", 1 },
	{ { "held", "show", "--help" }, COMMAND_OK, NULL, 0 },
	{ { "held", "x" }, COMMAND_USAGE, "other", 0 },
	{ { "hel" }, COMMAND_USAGE, NULL, 0 },
	{ { "heldx" }, COMMAND_USAGE, NULL, 0 },
	{ { NULL }, COMMAND_USAGE, NULL, 0 },
};

static void
the_row_with_most_words_runs(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *argv[5];
		int argc = 0;

		memcpy(argv, cases[i].argv, sizeof argv);
		while (argv[argc] != NULL)
			argc++;
		ran = NULL;
		ran_argc = 0;
		assert_int_equal(command_run(rows, COUNT(rows), NULL, argc,
				     argv),
		    cases[i].status);
		if (cases[i].ran == NULL)
			assert_null(ran);
		else
			assert_string_equal(ran, cases[i].ran);
		assert_int_equal(ran_argc, cases[i].argc);
	}
}

static void
options_are_taken_out(void **unused)
{
	char *argv[] = { "x", "--from=a", "--json", "b", "--rcpt", "c",
		"--rcpt", "d", "--jsonx", "-", "--", "--json", "--rcpt", NULL };
	int argc = (int)COUNT(argv) - 1;

	(void)unused;
	assert_string_equal(command_option(&argc, argv, "from"), "a");
	assert_null(command_option(&argc, argv, "from"));
	assert_true(command_flag(&argc, argv, "--json"));
	assert_false(command_flag(&argc, argv, "json"));
	assert_string_equal(command_option(&argc, argv, "--rcpt"), "c");
	assert_string_equal(command_option(&argc, argv, "rcpt"), "d");
	assert_null(command_option(&argc, argv, "rcpt"));
	assert_string_equal(command_unknown(argc, argv), "--jsonx");
	assert_int_equal(argc, 7);
	assert_string_equal(argv[1], "b");
	assert_null(argv[argc]);
	argc = 4;
	argv[2] = "-";
	assert_null(command_unknown(2, argv));
}

static void
an_option_at_the_end_has_no_value(void **unused)
{
	char *argv[] = { "x", "--from", NULL };
	int argc = 2;

	(void)unused;
	assert_null(command_option(&argc, argv, "from"));
	assert_int_equal(argc, 2);
	assert_string_equal(command_unknown(argc, argv), "--from");
}

static void
json_is_one_line_of_utf8(void **unused)
{
	char line[100] = "";
	FILE *to = tmpfile();
	int saved = dup(STDOUT_FILENO);

	(void)unused;
	assert_non_null(to);
	fflush(stdout);
	dup2(fileno(to), STDOUT_FILENO);
	command_print_json(json_pack("{s:s}", "a", "\xe6\xb3\xa8\n"));
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	rewind(to);
	assert_non_null(fgets(line, sizeof line, to));
	assert_string_equal(line, "{\"a\":\"\xe6\xb3\xa8\\n\"}\n");
	fclose(to);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_row_with_most_words_runs),
		cmocka_unit_test(options_are_taken_out),
		cmocka_unit_test(an_option_at_the_end_has_no_value),
		cmocka_unit_test(json_is_one_line_of_utf8),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
