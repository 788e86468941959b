/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "milter/act/release.h"
#include "milter/base/count.h"
#include "tests/act/listener.h"

static struct {
	char folder[64];
	struct conf *conf;
	struct quarantine *q;
	struct journal *j;
} house;

static const char held[] = "From: a\r\nSubject: b\r\n\r\n"
			   ".dot\r\n..two\r\nbare\nLF \xff\r\nend\r\n";

static void
set(char **setting, const char *name)
{
	char path[256];

	free(*setting);
	snprintf(path, sizeof path, "%s/%s", house.folder, name);
	*setting = strdup(path);
}

static void
set_records(void)
{
	char text[256];

	snprintf(text, sizeof text, "sqlite:%s/records.sqlite", house.folder);
	free(house.conf->records);
	house.conf->records = strdup(text);
}

static int
open_house(void **unused)
{
	struct reason why = { "" };

	(void)unused;
	signal(SIGPIPE, SIG_IGN);
	snprintf(house.folder, sizeof house.folder, "/tmp/skm-release.XXXXXX");
	assert_non_null(mkdtemp(house.folder));
	house.conf = conf_load(NULL, &why);
	set(&house.conf->quarantine_dir, "quarantine");
	set(&house.conf->journal_dir, "journal");
	set(&house.conf->secret_file, "secret");
	set(&house.conf->seal_key_file, "seal.key");
	set_records();
	house.j = journal_open(house.conf, &why);
	if (house.j == NULL)
		fail_msg("%s", why.text);
	house.q = quarantine_open(house.conf, true, &why);
	if (house.q == NULL)
		fail_msg("%s", why.text);
	listener_start(house.q);
	free(house.conf->release_listener);
	house.conf->release_listener = strdup(listener.at);
	return 0;
}

static int
close_house(void **unused)
{
	char command[128];

	(void)unused;
	listener_stop();
	quarantine_close(&house.q);
	journal_close(&house.j);
	conf_free(&house.conf);
	snprintf(command, sizeof command, "rm -rf %s", house.folder);
	return system(command);
}

/* Holds a new message for two recipients. */
static void
hold(char id[IDENT_SIZE])
{
	static int number;
	const size_t rcpts[] = { 0, 1 };
	struct envelope *e = envelope_new(4);
	struct findings *f = findings_new();
	struct verdict v = { .kind = VERDICT_QUARANTINE,
		.rule = "r",
		.basis = "b",
		.class = "c",
		.text = "",
		.prefix = "" };
	int fd = memfd_create("held", MFD_CLOEXEC), seen;
	struct reason why = { "" };
	char first[64];

	f->finished = true;
	snprintf(first, sizeof first, "<one%d@x.test>", number++);
	assert_int_equal(0, envelope_sender(e, "<>", "", &why));
	assert_int_equal(0, envelope_rcpt(e, first, "", &why));
	assert_int_equal(0, envelope_rcpt(e, "<two@x.test>", "", &why));
	ident_new(e->id);
	assert_int_equal(strlen(held), write(fd, held, strlen(held)));
	if (quarantine_put(house.q, fd, e, rcpts, 2, f, &v, id, &seen, &why) ==
	    -1)
		fail_msg("%s", why.text);
	close(fd);
	findings_free(&f);
	envelope_free(&e);
}

static enum release_result
release(const char *id, struct reason *why)
{
	why->text[0] = '\0';
	return release_held(house.conf, house.q, house.j, id, "tester",
	    "a good reason", why);
}

static void
assert_state(const char *id, const char *state)
{
	struct reason why;
	json_t *meta = quarantine_get(house.q, id, &why);

	assert_non_null(meta);
	assert_string_equal(state,
	    json_string_value(json_object_get(meta, "state")));
	json_decref(meta);
}

static void
twice_gives_one_mail(void **unused)
{
	char id[IDENT_SIZE];
	struct reason why;

	(void)unused;
	hold(id);
	listener.script = TAKE;
	listener.mails = 0;
	assert_int_equal(RELEASE_SENT, release(id, &why));
	assert_int_equal(RELEASE_ALREADY, release(id, &why));
	assert_int_equal(1, listener.mails);
	assert_state(id, "released");
	assert_non_null(strstr(listener.from, "MAIL FROM:<>"));
	assert_non_null(
	    strstr(listener.to, "@x.test>\r\nRCPT TO:<two@x.test>"));
	assert_string_equal(held, strstr(listener.data, "\r\n") + 2);
}

static const struct {
	enum script script;
	const char *why, *state;
	enum release_result next; /* with a listener that takes it */
	int mails;
} failures[] = {
	{ REFUSE_SECOND, "RCPT TO:<two@x.test>: 550 5.1.1 no such user", "held",
	    RELEASE_SENT, 1 },
	{ TEMPORARY_MAIL, "451 4.3.0 later", "held", RELEASE_SENT, 1 },
	{ REFUSE_DATA, "554 5.7.0 not this one", "held", RELEASE_SENT, 1 },
	{ CLOSE_UNTAKEN, "the answer was lost", "releasing", RELEASE_SENT, 1 },
	{ CLOSE_TAKEN, "the answer was lost", "releasing", RELEASE_ALREADY, 1 },
};

static void
failures_are_told_and_mended(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < COUNT(failures); i++) {
		char id[IDENT_SIZE];
		struct reason why;

		hold(id);
		listener.mails = 0;
		listener.script = failures[i].script;
		assert_int_equal(failures[i].script == REFUSE_DATA ||
					 failures[i].script == REFUSE_SECOND
				     ? RELEASE_REFUSED
				     : RELEASE_FAILED,
		    release(id, &why));
		if (strstr(why.text, failures[i].why) == NULL)
			fail_msg("\"%s\" instead of \"%s\"", why.text,
			    failures[i].why);
		assert_state(id, failures[i].state);
		listener.script = TAKE;
		assert_int_equal(failures[i].next, release(id, &why));
		assert_int_equal(failures[i].mails, listener.mails);
		assert_state(id, "released");
	}
}

static void
nobody_listens(void **unused)
{
	char id[IDENT_SIZE], *at = house.conf->release_listener;
	struct reason why;

	(void)unused;
	hold(id);
	house.conf->release_listener = strdup("127.0.0.1:1");
	assert_int_equal(RELEASE_FAILED, release(id, &why));
	assert_state(id, "held");
	free(house.conf->release_listener);
	house.conf->release_listener = at;
}

static void
discarded_is_not_released(void **unused)
{
	char id[IDENT_SIZE];
	struct reason why;

	(void)unused;
	hold(id);
	listener.mails = 0;
	assert_int_equal(-1,
	    release_discard(house.conf, house.q, house.j, id, "t", "", &why));
	assert_int_equal(0, release_discard(house.conf, house.q, house.j, id,
				"t", "spam", &why));
	assert_int_equal(-1, release_discard(house.conf, house.q, house.j, id,
				 "t", "spam", &why));
	assert_int_equal(RELEASE_FAILED, release(id, &why));
	assert_int_equal(0, listener.mails);
}

/* A process that releases id, for the sweep and the race. */
static pid_t
release_in_child(const char *id)
{
	pid_t pid = fork();
	struct quarantine *q;
	struct journal *j;
	struct reason why;

	if (pid != 0)
		return pid;
	q = quarantine_open(house.conf, false, &why);
	j = journal_open(house.conf, &why);
	if (q != NULL && j != NULL)
		(void)release_held(house.conf, q, j, id, "child", "sweep",
		    &why);
	_exit(0);
}

/* Killed wherever it is: the next call finishes it, and there is one mail. */
static void
a_killed_release_gives_one_mail(void **unused)
{
	(void)unused;
	listener.script = TAKE;
	for (long ms = 0; ms < 40; ms++) {
		struct timespec pause = { 0, ms * 500000 };
		char id[IDENT_SIZE];
		struct reason why;
		pid_t pid;

		hold(id);
		listener.mails = 0;
		pid = release_in_child(id);
		nanosleep(&pause, NULL);
		kill(pid, SIGKILL);
		assert_int_equal(pid, waitpid(pid, NULL, 0));
		if (release(id, &why) == RELEASE_FAILED &&
		    release(id, &why) == RELEASE_FAILED)
			fail_msg("after %ld: %s", ms, why.text);
		assert_state(id, "released");
		assert_int_equal(1, listener.mails);
	}
}

static void
of_many_at_once_one_wins(void **unused)
{
	char id[IDENT_SIZE];
	pid_t pids[6];

	(void)unused;
	hold(id);
	listener.mails = 0;
	listener.script = TAKE;
	for (size_t i = 0; i < COUNT(pids); i++)
		pids[i] = release_in_child(id);
	for (size_t i = 0; i < COUNT(pids); i++)
		waitpid(pids[i], NULL, 0);
	assert_int_equal(1, listener.mails);
	assert_state(id, "released");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(twice_gives_one_mail),
		cmocka_unit_test(failures_are_told_and_mended),
		cmocka_unit_test(nobody_listens),
		cmocka_unit_test(discarded_is_not_released),
		cmocka_unit_test(a_killed_release_gives_one_mail),
		cmocka_unit_test(of_many_at_once_one_wins),
	};

	return cmocka_run_group_tests(tests, open_house, close_house);
}
