/* SPDX-License-Identifier: ISC */
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "milter/base/command.h"
#include "milter/base/file.h"
#include "milter/quarantine/commands.h"
#include "milter/record/commands.h"
#include "tests/quarantine/mail.h"
#include "tests/record/scratch.h"

static char id[IDENT_SIZE], id_of_none[] = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

static int
setup(void **state)
{
	struct conf *conf = scratch_new();
	struct reason why;
	struct quarantine *q = quarantine_open(conf, true, &why);
	int seen;

	assert_int_equal(0, mail_hold(q, 1, id, &seen, &why));
	quarantine_close(&q);
	*state = conf;
	return 0;
}

static int
teardown(void **state)
{
	scratch_free((struct conf **)state);
	return 0;
}

/* Runs a verb with its output in a file; *out is what it printed, freed by
 * the caller. */
static int
run(const struct conf *conf, int (*verb)(const struct conf *, int, char **),
    const char *words, char **out)
{
	char line[512], path[4096], *argv[16] = { 0 };
	int saved, status, argc = 0;
	struct reason why;
	char *rest = line;
	size_t len;

	snprintf(line, sizeof line, "%s", words);
	while ((argv[argc] = strsep(&rest, " ")) != NULL)
		argc++;
	snprintf(path, sizeof path, "%s/out", scratch_path(conf));
	fflush(stdout);
	saved = dup(STDOUT_FILENO);
	dup2(open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), 1);
	status = verb(conf, argc, argv);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	assert_int_equal(0, file_get(AT_FDCWD, path, 1 << 20, out, &len, &why));
	return status;
}

static const struct {
	int (*verb)(const struct conf *, int, char **);
	const char *words; /* a second ID after "%s" is the held one */
	int status;
	const char *says;
} cases[] = {
	{ command_quarantine_list, "list", 0, "1 message" },
	{ command_quarantine_list, "list --json --state held", 0, "{" },
	{ command_quarantine_list, "list --state released", 0, "0 messages" },
	{ command_quarantine_list, "list --state gone", 2, "" },
	{ command_quarantine_list, "list --since yesterday", 2, "" },
	{ command_quarantine_list, "list --limit many", 2, "" },
	{ command_quarantine_show, "show %s", 0, "Test.Virus" },
	{ command_quarantine_show, "show %s --json", 0, "\"state\":\"held\"" },
	{ command_quarantine_show, "show", 2, "" },
	{ command_quarantine_export, "export %s", 2, "" },
	{ command_quarantine_export, "export %s --reason look", 0,
	    "Subject: test 1\r\n" },
	{ command_log_show, "show", 0, "quarantine.view" },
	{ command_log_show, "show --id %s --json", 0, "quarantine.export" },
	{ command_log_show, "show --type none", 2, "" },
	{ command_log_seal, "seal", 0, "sealed" },
	{ command_log_verify, "verify", 0, "no fault" },
	{ command_log_verify, "verify --json", 0, "\"faults_count\":0" },
	{ command_log_show, "show --type log.verify", 0, "by " },
};

static void
verbs_do_what_they_say(void **state)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char words[256], *out, *at;
		int status;

		snprintf(words, sizeof words, "%s", cases[i].words);
		at = strstr(words, "%s");
		if (at != NULL)
			snprintf(at, sizeof words - (size_t)(at - words),
			    "%s%s", id, strstr(cases[i].words, "%s") + 2);
		status = run(*state, cases[i].verb, words, &out);
		if (status != cases[i].status ||
		    strstr(out, cases[i].says) == NULL)
			fail_msg("%s: %d: %s", words, status, out);
		free(out);
	}
}

static void
a_fault_is_an_exit_status(void **state)
{
	const struct conf *conf = *state;
	char path[4096], *out;
	int fd;

	assert_int_equal(0, run(conf, command_log_seal, "seal", &out));
	free(out);
	assert_int_equal(0, run(conf, command_log_seal, "seal", &out));
	free(out);
	snprintf(path, sizeof path, "%s/0000000001.jsonl", conf->journal_dir);
	fd = open(path, O_WRONLY);
	assert_int_equal(1, pwrite(fd, "#", 1, 40));
	close(fd);
	assert_int_equal(1, run(conf, command_log_verify, "verify", &out));
	assert_non_null(strstr(out, "0000000001.jsonl:1:"));
	free(out);
}

/* What cannot be recorded is not shown. */
static void
no_look_without_an_event(void **state)
{
	struct conf *conf = *state;
	char *out, words[64];

	free(conf->journal_dir);
	conf->journal_dir = strdup("/dev/null/journal");
	snprintf(words, sizeof words, "show %s", id);
	assert_int_equal(1, run(conf, command_quarantine_show, words, &out));
	assert_string_equal("", out);
	free(out);
	snprintf(words, sizeof words, "show %s", id_of_none);
	assert_int_equal(1, run(conf, command_quarantine_show, words, &out));
	free(out);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(verbs_do_what_they_say),
		CASE(a_fault_is_an_exit_status),
		CASE(no_look_without_an_event),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
