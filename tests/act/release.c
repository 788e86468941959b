/* SPDX-License-Identifier: ISC */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <netinet/in.h>
#include <unistd.h>
#include <cmocka.h>

#include "milter/act/release.h"
#include "milter/base/count.h"

/*
 * Held mail is released to a small SMTP listener that behaves as the MTA with
 * our filter in it: it lets a token through once.
 */
enum script {
	TAKE,
	REFUSE_SECOND, /* 550 to the second recipient */
	TEMPORARY_MAIL, /* 451 to MAIL */
	REFUSE_DATA, /* 554 behind the data */
	CLOSE_UNTAKEN, /* the connection ends in front of the answer */
	CLOSE_TAKEN /* likewise, but it was taken */
};

static struct {
	char folder[64];
	struct conf *conf;
	struct quarantine *q;
	struct journal *j;
	int listener;
	pthread_t thread;
	enum script script;
	int mails; /* taken */
	char from[1024], to[4096], data[65536];
} house;

static const char held[] = "From: a\r\nSubject: b\r\n\r\n"
			   ".dot\r\n..two\r\nbare\nLF \xff\r\nend\r\n";

static bool
pass_once(void)
{
	char id[IDENT_SIZE] = "", nonce[IDENT_SIZE] = "";
	struct reason why;

	assert_int_equal(2,
	    sscanf(house.data, "X-Sekimori-Release: %26[^.].%26[^.].", id,
		nonce));
	if (token_passed(house.q, id, nonce))
		return false;
	assert_int_equal(0, token_pass(house.q, id, nonce, &why));
	house.mails++;
	return true;
}

/* The data without dot-stuffing, up to the single dot; false: cut off. */
static bool
read_data(FILE *f)
{
	char line[4096];
	size_t at = 0;

	while (fgets(line, sizeof line, f) != NULL) {
		const char *p = line;

		if (strcmp(line, ".\r\n") == 0) {
			house.data[at] = '\0';
			return true;
		}
		if (*p == '.' &&
		    (at < 2 || memcmp(house.data + at - 2, "\r\n", 2) == 0))
			p++;
		at += (size_t)snprintf(house.data + at, sizeof house.data - at,
		    "%s", p);
	}
	return false;
}

static void
say_line(FILE *f, const char *line)
{
	dprintf(fileno(f), "%s\r\n", line);
}

static const char *
answer_data(FILE *f)
{
	say_line(f, "354 go on");
	if (!read_data(f) || house.script == CLOSE_UNTAKEN)
		return NULL;
	if (house.script == REFUSE_DATA)
		return "554 5.7.0 not this one";
	if (!pass_once())
		return "550 5.7.1 already released";
	return house.script == CLOSE_TAKEN ? NULL : "250 2.0.0 taken";
}

static const char *
answer_rcpt(const char *line)
{
	size_t len = strlen(house.to);

	snprintf(house.to + len, sizeof house.to - len, "%s", line);
	if (house.script == REFUSE_SECOND && len > 0)
		return "550 5.1.1 no such user";
	return "250 2.1.5 ok";
}

static const char *
answer(FILE *f, const char *line)
{
	if (strncmp(line, "DATA", 4) == 0)
		return answer_data(f);
	if (strncmp(line, "RCPT", 4) == 0)
		return answer_rcpt(line);
	if (strncmp(line, "MAIL", 4) != 0)
		return "250 ok";
	house.to[0] = '\0';
	snprintf(house.from, sizeof house.from, "%s", line);
	return house.script == TEMPORARY_MAIL ? "451 4.3.0 later" : "250 ok";
}

static void
converse(FILE *f)
{
	char line[1024];
	const char *say = "220 test";

	while (say != NULL) {
		say_line(f, say);
		if (fgets(line, sizeof line, f) == NULL)
			break;
		say = answer(f, line);
	}
}

static void *
listen_on(void *unused)
{
	int fd;

	(void)unused;
	while ((fd = accept(house.listener, NULL, NULL)) != -1) {
		FILE *f = fdopen(fd, "r");

		converse(f);
		fclose(f);
	}
	return NULL;
}

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

static void
start_listener(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof to;
	char text[32];

	house.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(0,
	    bind(house.listener, (struct sockaddr *)&to, sizeof to));
	assert_int_equal(0, listen(house.listener, 64));
	getsockname(house.listener, (struct sockaddr *)&to, &len);
	snprintf(text, sizeof text, "127.0.0.1:%d", ntohs(to.sin_port));
	free(house.conf->release_listener);
	house.conf->release_listener = strdup(text);
	pthread_create(&house.thread, NULL, listen_on, NULL);
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
	start_listener();
	return 0;
}

static int
close_house(void **unused)
{
	char command[128];

	(void)unused;
	shutdown(house.listener, SHUT_RDWR);
	pthread_join(house.thread, NULL);
	close(house.listener);
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
	house.script = TAKE;
	house.mails = 0;
	assert_int_equal(RELEASE_SENT, release(id, &why));
	assert_int_equal(RELEASE_ALREADY, release(id, &why));
	assert_int_equal(1, house.mails);
	assert_state(id, "released");
	assert_non_null(strstr(house.from, "MAIL FROM:<>"));
	assert_non_null(strstr(house.to, "@x.test>\r\nRCPT TO:<two@x.test>"));
	assert_string_equal(held, strstr(house.data, "\r\n") + 2);
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
		house.mails = 0;
		house.script = failures[i].script;
		assert_int_equal(RELEASE_FAILED, release(id, &why));
		if (strstr(why.text, failures[i].why) == NULL)
			fail_msg("\"%s\" instead of \"%s\"", why.text,
			    failures[i].why);
		assert_state(id, failures[i].state);
		house.script = TAKE;
		assert_int_equal(failures[i].next, release(id, &why));
		assert_int_equal(failures[i].mails, house.mails);
		assert_state(id, "released");
	}
}

static void
nobody_listens(void **unused)
{
	char id[IDENT_SIZE], *listener = house.conf->release_listener;
	struct reason why;

	(void)unused;
	hold(id);
	house.conf->release_listener = strdup("127.0.0.1:1");
	assert_int_equal(RELEASE_FAILED, release(id, &why));
	assert_state(id, "held");
	free(house.conf->release_listener);
	house.conf->release_listener = listener;
}

static void
discarded_is_not_released(void **unused)
{
	char id[IDENT_SIZE];
	struct reason why;

	(void)unused;
	hold(id);
	house.mails = 0;
	assert_int_equal(-1,
	    release_discard(house.conf, house.q, house.j, id, "t", "", &why));
	assert_int_equal(0, release_discard(house.conf, house.q, house.j, id,
				"t", "spam", &why));
	assert_int_equal(-1, release_discard(house.conf, house.q, house.j, id,
				 "t", "spam", &why));
	assert_int_equal(RELEASE_FAILED, release(id, &why));
	assert_int_equal(0, house.mails);
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
	house.script = TAKE;
	for (long ms = 0; ms < 40; ms++) {
		struct timespec pause = { 0, ms * 500000 };
		char id[IDENT_SIZE];
		struct reason why;
		pid_t pid;

		hold(id);
		house.mails = 0;
		pid = release_in_child(id);
		nanosleep(&pause, NULL);
		kill(pid, SIGKILL);
		assert_int_equal(pid, waitpid(pid, NULL, 0));
		if (release(id, &why) == RELEASE_FAILED &&
		    release(id, &why) == RELEASE_FAILED)
			fail_msg("after %ld: %s", ms, why.text);
		assert_state(id, "released");
		assert_int_equal(1, house.mails);
	}
}

static void
of_many_at_once_one_wins(void **unused)
{
	char id[IDENT_SIZE];
	pid_t pids[6];

	(void)unused;
	hold(id);
	house.mails = 0;
	house.script = TAKE;
	for (size_t i = 0; i < COUNT(pids); i++)
		pids[i] = release_in_child(id);
	for (size_t i = 0; i < COUNT(pids); i++)
		waitpid(pids[i], NULL, 0);
	assert_int_equal(1, house.mails);
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
