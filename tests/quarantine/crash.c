/* SPDX-License-Identifier: ISC */
/*
 * Kills the filter, or makes a system call fail, at every write, sync and
 * rename of holding a message, by strace's injection; then looks at what is
 * there. Run with "put FOLDER" it is what is killed.
 */
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "milter/record/journal.h"
#include "tests/quarantine/mail.h"
#include "tests/record/scratch.h"

/* More of one system call than a put has: the sweep has to end before. */
enum { CALLS = 200 };

static const char *self;

/* Holds one message and records it, as sekimorid does; says "held" when that
 * is done: the answer to the MTA. */
static int
put(const char *folder, bool say)
{
	struct actor actor = { "system", "test", "" };
	struct conf *conf = scratch_at(folder);
	struct reason why = { "" };
	struct quarantine *q = quarantine_open(conf, false, &why);
	struct journal *j = journal_open(conf, &why);
	char id[IDENT_SIZE];
	int seen, result = 1;

	if (q != NULL && j != NULL && mail_hold(q, 1, id, &seen, &why) == 0 &&
	    journal_event(j, EVENT_QUARANTINE_CREATE, &actor,
		json_pack("{s:s}", "q", id), &why) == 0) {
		if (say)
			puts("held");
		fflush(stdout);
		result = 0;
	}
	journal_close(&j);
	quarantine_close(&q);
	conf_free(&conf);
	return result;
}

/* Runs put() under strace. 1: it said that it is held; 0: it did not; and
 * *ran_out when it ended by itself without a fault. */
static int
run(const struct conf *conf, const char *inject, bool *ran_out)
{
	char said[16] = "", option[128];
	int ends[2], status;
	pid_t child;

	snprintf(option, sizeof option, "inject=%s", inject);
	assert_int_equal(0, pipe(ends));
	child = fork();
	if (child == 0) {
		int null = open("/dev/null", O_WRONLY);

		dup2(ends[1], 1);
		dup2(null, 2);
		/* LeakSanitizer cannot work under a tracer */
		setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
		execlp("strace", "strace", "-f", "-qq", "-o", "/dev/null", "-e",
		    option, self, "put", scratch_path(conf), (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	while (read(ends[0], said, sizeof said) > 0)
		;
	close(ends[0]);
	waitpid(child, &status, 0);
	*ran_out = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	return strncmp(said, "held", 4) == 0;
}

/* Nothing in tmp/, all that is listed is whole, the journal verifies, and what
 * was answered for is there. */
static size_t
check(const struct conf *conf, const char *inject, bool held)
{
	struct quarantine_filter all = { 0 };
	struct journal_report r;
	struct reason why = { "" };
	struct journal *j = journal_open(conf, &why);
	struct quarantine *q = quarantine_open(conf, true, &why);
	json_t *list, *meta;
	char path[4096];
	size_t i, count;

	if (j == NULL || q == NULL)
		fail_msg("%s: %s", inject, why.text);
	list = quarantine_list(q, &all, &why);
	count = json_array_size(list);
	if (held && count == 0)
		fail_msg("%s: it was answered for and is not there", inject);
	json_array_foreach(list, i, meta)
	{
		const char *id = json_string_value(json_object_get(meta, "id"));
		int fd = quarantine_open_message(q, id, &why);

		if (fd == -1)
			fail_msg("%s: %s", inject, why.text);
		close(fd);
	}
	json_decref(list);
	snprintf(path, sizeof path, "%s/tmp", conf->quarantine_dir);
	if (rmdir(path) == -1)
		fail_msg("%s: tmp is not empty", inject);
	quarantine_close(&q);
	journal_close(&j);
	if (journal_verify(conf, NULL, &r, &why) == -1 || r.faults_count > 0)
		fail_msg("%s: %s", inject, r.faults[0].text);
	return count;
}

static bool
have_strace(void)
{
	struct conf *conf = scratch_new();
	bool ran_out;
	int held = run(conf, "fdatasync:signal=SIGKILL:when=10000", &ran_out);

	scratch_free(&conf);
	return held && ran_out;
}

static const char *const calls[] = { "write", "pwrite64", "fsync", "fdatasync",
	"renameat2", "renameat", "rename", "linkat", "mkdir", "mkdirat",
	"ftruncate", "sendfile", "copy_file_range" };

static void
a_kill_at_any_call_loses_nothing(void **state)
{
	int kills = 0;

	(void)state;
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
		for (int n = 1; n < CALLS; n++) {
			struct conf *conf = scratch_new();
			char inject[64];
			bool ran_out;
			int held;

			snprintf(inject, sizeof inject,
			    "%s:signal=SIGKILL:when=%d", calls[i], n);
			held = run(conf, inject, &ran_out);
			check(conf, inject, held);
			scratch_free(&conf);
			kills++;
			if (ran_out)
				break;
		}
	print_message("%d runs\n", kills);
}

static void
a_failing_call_takes_nothing_or_all(void **state)
{
	static const char *const faults[] = { "write:error=ENOSPC",
		"write:error=EDQUOT", "fsync:error=EIO", "fdatasync:error=EIO",
		"renameat2:error=EROFS", "renameat2:error=EIO",
		"mkdirat:error=EDQUOT", "pwrite64:error=ENOSPC",
		"sendfile:error=ENOSPC" };

	(void)state;
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
		for (int n = 1; n < CALLS; n++) {
			struct conf *conf = scratch_new();
			char inject[64];
			bool ran_out;
			int held;

			snprintf(inject, sizeof inject, "%s:when=%d", faults[i],
			    n);
			held = run(conf, inject, &ran_out);
			check(conf, inject, held);
			/* the next time it is held */
			if (!held)
				assert_int_equal(0,
				    put(scratch_path(conf), false));
			assert_true(check(conf, inject, true) >= 1);
			scratch_free(&conf);
			if (ran_out)
				break;
		}
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_kill_at_any_call_loses_nothing),
		cmocka_unit_test(a_failing_call_takes_nothing_or_all),
	};

	if (argc == 3 && strcmp(argv[1], "put") == 0)
		return put(argv[2], true);
	self = argv[0];
	if (!have_strace()) {
		puts("strace is not there or may not trace: nothing was run");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
