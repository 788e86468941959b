/* SPDX-License-Identifier: ISC */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "milter/base/command.h"
#include "milter/base/file.h"
#include "milter/record/report_commands.h"
#include "tests/record/synthetic.h"

static int
run(const char *out, const char *more)
{
	char *argv[] = { "report", "--fiscal-year", "R8", "--format", "html",
		"--lang", "en", "--out", (char *)out, (char *)more, NULL };

	return command_report(synthetic_conf, more != NULL ? 10 : 9, argv);
}

static size_t
count_reports(void)
{
	struct journal_report j;
	struct reason why;

	assert_int_equal(0, journal_verify(synthetic_conf, NULL, &j, &why));
	return j.lines;
}

static void
command_records_what_it_made(void **unused)
{
	char path[128], *text;
	struct reason why;
	size_t len, before = count_reports();
	char *bad[] = { "report", "--fiscal-year", "2026", "--format", "pdf",
		NULL };

	(void)unused;
	snprintf(path, sizeof path, "%s/report.html", synthetic_folder);
	assert_int_equal(COMMAND_OK, run(path, NULL));
	assert_int_equal(0,
	    file_get(AT_FDCWD, path, 1 << 24, &text, &len, &why));
	assert_non_null(strstr(text, "FY2026"));
	assert_null(strstr(text, "DRAFT"));
	free(text);
	assert_int_equal(before + 1, count_reports());
	assert_int_equal(COMMAND_USAGE, command_report(synthetic_conf, 5, bad));
	assert_int_equal(COMMAND_USAGE, run(path, "--what"));
	assert_int_equal(before + 1, count_reports());
}

static void
damage_the_journal(void)
{
	char command[256];

	snprintf(command, sizeof command,
	    "sed -i '3s/\"clean\"/\"found\"/;3s/inbound/INBOUND/' %s/*.jsonl",
	    synthetic_conf->journal_dir);
	assert_int_equal(0, system(command));
}

/* Last: it damages the journal. */
static void
faults_are_shouted(void **unused)
{
	char path[128], *text;
	struct reason why;
	size_t len;

	(void)unused;
	damage_the_journal();
	snprintf(path, sizeof path, "%s/bad.html", synthetic_folder);
	assert_int_equal(COMMAND_FAILED, run(path, NULL));
	assert_int_equal(0,
	    file_get(AT_FDCWD, path, 1 << 24, &text, &len, &why));
	assert_non_null(strstr(text, "NOT VERIFIED"));
	assert_non_null(strstr(text, "class=\"alarm\""));
	free(text);
	assert_int_equal(COMMAND_OK, run(path, "--draft"));
	assert_int_equal(0,
	    file_get(AT_FDCWD, path, 1 << 24, &text, &len, &why));
	assert_non_null(strstr(text, "DRAFT"));
	assert_non_null(strstr(text, "class=\"alarm\""));
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(command_records_what_it_made),
		cmocka_unit_test(faults_are_shouted),
	};

	return cmocka_run_group_tests(tests, synthetic_set_up,
	    synthetic_tear_down);
}
