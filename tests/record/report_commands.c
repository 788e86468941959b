/* SPDX-License-Identifier: ISC */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "milter/base/command.h"
#include "milter/base/file.h"
#include "milter/record/report_commands.h"
#include "tests/record/synthetic.h"

/* The report as the verb prints it, freed by the caller; its status. */
static int
run(const char *more, char **text)
{
	char *argv[] = { "report", "--fiscal-year", "R8", "--format", "html",
		"--lang", "en", (char *)more, NULL };
	int saved = dup(STDOUT_FILENO), status;
	char path[128];
	struct reason why;
	size_t len;

	snprintf(path, sizeof path, "%s/report.html", synthetic_folder);
	fflush(stdout);
	dup2(open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600),
	    STDOUT_FILENO);
	status = command_report(synthetic_conf, more != NULL ? 8 : 7, argv);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	assert_int_equal(0,
	    file_get(AT_FDCWD, path, 1 << 24, text, &len, &why));
	return status;
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
	size_t before = count_reports();
	char *bad[] = { "report", "--fiscal-year", "2026", "--format", "pdf",
		NULL };
	char *text;

	(void)unused;
	assert_int_equal(COMMAND_OK, run(NULL, &text));
	assert_non_null(strstr(text, "FY2026"));
	assert_null(strstr(text, "DRAFT"));
	free(text);
	assert_int_equal(before + 1, count_reports());
	assert_int_equal(COMMAND_USAGE, command_report(synthetic_conf, 5, bad));
	assert_int_equal(COMMAND_USAGE, run("--what", &text));
	assert_string_equal("", text);
	free(text);
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
	char *text;

	(void)unused;
	damage_the_journal();
	assert_int_equal(COMMAND_FAILED, run(NULL, &text));
	assert_string_equal("", text);
	free(text);
	assert_int_equal(COMMAND_OK, run("--draft", &text));
	assert_non_null(strstr(text, "NOT VERIFIED"));
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
