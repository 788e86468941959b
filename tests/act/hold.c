/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#include "milter/act/hold.h"
#include "milter/base/clock.h"
#include "milter/quarantine/meta.h"
#include "tests/act/listener.h"

static struct {
	char folder[64];
	struct conf *conf;
	struct hold h;
} house;

static void
set(char **setting, const char *format)
{
	char text[256];

	snprintf(text, sizeof text, format, house.folder);
	free(*setting);
	*setting = strdup(text);
}

static int
open_house(void **unused)
{
	struct reason why = { "" };

	(void)unused;
	signal(SIGPIPE, SIG_IGN);
	snprintf(house.folder, sizeof house.folder, "/tmp/skm-hold.XXXXXX");
	assert_non_null(mkdtemp(house.folder));
	house.conf = conf_load(NULL, &why);
	set(&house.conf->quarantine_dir, "%s/quarantine");
	set(&house.conf->journal_dir, "%s/journal");
	set(&house.conf->secret_file, "%s/secret");
	set(&house.conf->seal_key_file, "%s/seal.key");
	set(&house.conf->records, "sqlite:%s/records.sqlite");
	house.h.conf = house.conf;
	house.h.journal = journal_open(house.conf, &why);
	house.h.q = quarantine_open(house.conf, true, &why);
	if (house.h.journal == NULL || house.h.q == NULL)
		fail_msg("%s", why.text);
	listener_start(house.h.q);
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
	quarantine_close(&house.h.q);
	journal_close(&house.h.journal);
	conf_free(&house.conf);
	snprintf(command, sizeof command, "rm -rf %s", house.folder);
	return system(command);
}

/* A new message that waits so long, or is held for another reason. */
static void
hold(char id[IDENT_SIZE], enum verdict_kind kind, int64_t seconds)
{
	static int number;
	static const size_t first[] = { 0 };
	struct envelope *e = envelope_new(1);
	struct findings *f = findings_new();
	struct verdict v = { .kind = kind,
		.rule = "r",
		.basis = "b",
		.class = "hold",
		.seconds = seconds,
		.text = "",
		.prefix = "" };
	int fd = memfd_create("held", MFD_CLOEXEC), seen;
	struct reason why = { "" };

	f->finished = true;
	dprintf(fd, "Subject: %d\r\n\r\ntext\r\n", number++);
	assert_int_equal(0, envelope_sender(e, "<s@here.test>", "", &why));
	assert_int_equal(0, envelope_rcpt(e, "<a@out.test>", "", &why));
	ident_new(e->id);
	if (quarantine_put(house.h.q, fd, e, first, 1, f, &v, id, &seen,
		&why) == -1)
		fail_msg("%s", why.text);
	close(fd);
	findings_free(&f);
	envelope_free(&e);
	listener.mails = 0;
	listener.script = TAKE;
}

static int64_t
until(const char *id, const char *state)
{
	struct reason why;
	json_t *meta = quarantine_get(house.h.q, id, &why);
	int64_t time = json_integer_value(json_object_get(meta, "until"));

	assert_string_equal(state, meta_text(meta, "state"));
	json_decref(meta);
	return time;
}

static void
nothing_goes_before_its_time(void **unused)
{
	char id[IDENT_SIZE];
	int64_t time;

	(void)unused;
	hold(id, VERDICT_HOLD, 3600);
	hold_send_due(&house.h);
	assert_int_equal(0, listener.mails);
	time = until(id, "held");
	assert_true(time > clock_now() + INT64_C(3500) * 1000000);
	assert_true(time < clock_now() + INT64_C(3700) * 1000000);
}

static void
what_is_due_goes_once_with_a_token_to_be_judged(void **unused)
{
	char id[IDENT_SIZE], token[TOKEN_SIZE] = "", to[] = "a@out.test";
	char *rcpts[] = { to };
	struct token t = { .sender = "s@here.test",
		.rcpts = rcpts,
		.rcpts_count = 1 };

	(void)unused;
	hold(id, VERDICT_HOLD, 0);
	for (int i = 0; i < 3; i++)
		hold_send_due(&house.h);
	assert_int_equal(1, listener.mails);
	(void)until(id, "released");
	assert_int_equal(1,
	    sscanf(listener.data, "X-Sekimori-Release: %159s", token));
	hash_bytes("text\r\n", 6, t.sha256);
	assert_int_equal(TOKEN_USED, token_check(house.h.q, token, &t));
	assert_int_equal(TOKEN_HOLD, t.kind);
}

/* 451: put off, not lost and not tried without end. */
static void
what_is_not_taken_is_put_off(void **unused)
{
	char id[IDENT_SIZE];

	(void)unused;
	hold(id, VERDICT_HOLD, 0);
	listener.script = TEMPORARY_MAIL;
	hold_send_due(&house.h);
	listener.script = TAKE;
	hold_send_due(&house.h);
	assert_int_equal(0, listener.mails);
	assert_true(until(id, "held") > clock_now());
}

/* 550: it stays, and goes by hand only. */
static void
what_is_refused_stays_held(void **unused)
{
	struct reason why = { "" };
	char id[IDENT_SIZE];

	(void)unused;
	hold(id, VERDICT_HOLD, 0);
	listener.script = REFUSE_DATA;
	hold_send_due(&house.h);
	listener.script = TAKE;
	hold_send_due(&house.h);
	assert_int_equal(0, listener.mails);
	assert_int_equal(0, until(id, "held"));
	assert_int_equal(RELEASE_SENT,
	    hold_send_now(&house.h, id, "u", "key came", &why));
	assert_int_equal(1, listener.mails);
}

/* Killed with the answer on its way: taken or not, there is one mail. */
static void
what_was_half_sent_is_finished(void **unused)
{
	static const enum script scripts[] = { CLOSE_TAKEN, CLOSE_UNTAKEN };

	(void)unused;
	for (size_t i = 0; i < 2; i++) {
		char id[IDENT_SIZE];

		hold(id, VERDICT_HOLD, 0);
		listener.script = scripts[i];
		hold_send_due(&house.h);
		(void)until(id, "releasing");
		listener.script = TAKE;
		hold_send_due(&house.h);
		(void)until(id, "released");
		assert_int_equal(1, listener.mails);
	}
}

static void
cancelled_mail_never_goes(void **unused)
{
	struct reason why = { "" };
	char id[IDENT_SIZE];

	(void)unused;
	hold(id, VERDICT_HOLD, 0);
	assert_int_equal(-1, hold_cancel(&house.h, id, "u", "", &why));
	assert_int_equal(0, hold_cancel(&house.h, id, "u", "wrong", &why));
	hold_send_due(&house.h);
	assert_int_equal(RELEASE_FAILED,
	    hold_send_now(&house.h, id, "u", "no", &why));
	assert_int_equal(0, listener.mails);
}

/* Whatever its class is called. */
static void
other_held_mail_is_left_alone(void **unused)
{
	struct reason why = { "" };
	char id[IDENT_SIZE];
	json_t *list, *meta;
	size_t i;

	(void)unused;
	hold(id, VERDICT_QUARANTINE, 0);
	hold_send_due(&house.h);
	assert_int_equal(RELEASE_FAILED,
	    hold_send_now(&house.h, id, "u", "no", &why));
	assert_int_equal(-1, hold_cancel(&house.h, id, "u", "no", &why));
	assert_int_equal(0, listener.mails);
	list = hold_list(&house.h, &why);
	assert_true(json_array_size(list) > 0);
	json_array_foreach(list, i, meta)
	    assert_string_not_equal(id, meta_text(meta, "id"));
	json_decref(list);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_goes_before_its_time),
		cmocka_unit_test(
		    what_is_due_goes_once_with_a_token_to_be_judged),
		cmocka_unit_test(what_is_not_taken_is_put_off),
		cmocka_unit_test(what_is_refused_stays_held),
		cmocka_unit_test(what_was_half_sent_is_finished),
		cmocka_unit_test(cancelled_mail_never_goes),
		cmocka_unit_test(other_held_mail_is_left_alone),
	};

	return cmocka_run_group_tests(tests, open_house, close_house);
}
