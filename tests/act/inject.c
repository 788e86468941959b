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

#include "milter/act/inject.h"
#include "milter/base/count.h"
#include "tests/act/listener.h"

static struct {
	char folder[64];
	struct conf *conf;
	struct inject in;
} house;

static void
set(char **setting, const char *format)
{
	char text[256];

	snprintf(text, sizeof text, format, house.folder);
	free(*setting);
	*setting = strdup(text);
}

static void
set_up(struct conf *conf)
{
	set(&conf->quarantine_dir, "%s/quarantine");
	set(&conf->spool_dir, "%s/spool");
	set(&conf->journal_dir, "%s/journal");
	set(&conf->secret_file, "%s/secret");
	set(&conf->seal_key_file, "%s/seal.key");
	set(&conf->records, "sqlite:%s/records.sqlite");
}

static int
open_house(void **unused)
{
	struct inject *in = &house.in;
	struct reason why = { "" };

	(void)unused;
	signal(SIGPIPE, SIG_IGN);
	snprintf(house.folder, sizeof house.folder, "/tmp/skm-inject.XXXXXX");
	assert_non_null(mkdtemp(house.folder));
	house.conf = conf_load(NULL, &why);
	set_up(house.conf);
	in->conf = house.conf;
	in->journal = journal_open(house.conf, &why);
	in->q = quarantine_open(house.conf, true, &why);
	in->spool = spool_open(house.conf, &why);
	if (in->journal == NULL || in->q == NULL || in->spool == NULL)
		fail_msg("%s", why.text);
	listener_start(in->q);
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
	spool_close(&house.in.spool);
	quarantine_close(&house.in.q);
	journal_close(&house.in.journal);
	conf_free(&house.conf);
	snprintf(command, sizeof command, "rm -rf %s", house.folder);
	return system(command);
}

static int
memory(const char *text)
{
	int fd = memfd_create("text", MFD_CLOEXEC);

	assert_int_equal(strlen(text), write(fd, text, strlen(text)));
	return fd;
}

static struct envelope *
envelope(const char *sender)
{
	struct envelope *e = envelope_new(4);
	struct reason why;

	envelope_text(&e->queue_id, "4QUEUE");
	ident_new(e->id);
	assert_int_equal(0,
	    envelope_sender(e, sender, "ENVID=z SIZE=9 AUTH=<>", &why));
	assert_int_equal(0,
	    envelope_rcpt(e, "<a@out.test>", "NOTIFY=NEVER", &why));
	assert_int_equal(0, envelope_rcpt(e, "<b@out.test>", "", &why));
	return e;
}

/* A message of one copy for a and b. */
static void
spool(const char *sender, char id[IDENT_SIZE])
{
	static const size_t both[] = { 0, 1 };
	static int number;
	struct envelope *e = envelope(sender);
	char text[128];
	struct spool_copy copy = { .rcpts = both,
		.count = 2,
		.method = "smime" };
	struct reason why = { "" };

	snprintf(text, sizeof text,
	    "Subject: number %d\r\n\r\n.sealed\r\n\n.\r\nend", number++);
	copy.message = memory(text);
	if (spool_put(house.in.spool, copy.message, e, &copy, 1, id, &why) ==
		-1 ||
	    spool_commit(house.in.spool, id, &why) == -1)
		fail_msg("%s", why.text);
	close(copy.message);
	envelope_free(&e);
}

/* Makes the pause of the copy end now. */
static void
make_due(const char *id)
{
	struct reason why;
	json_t *meta = spool_meta(house.in.spool, id, &why);
	json_t *copy = json_array_get(json_object_get(meta, "copies"), 0);

	if (meta == NULL)
		return;
	json_object_set_new(copy, "next", json_integer(0));
	assert_int_equal(0, spool_note(house.in.spool, id, meta, &why));
	json_decref(meta);
}

static int
count(void *context, const char *id, struct reason *why)
{
	(void)id, (void)why;
	++*(int *)context;
	return 0;
}

static int
ready(void)
{
	struct reason why;
	int n = 0;

	assert_int_equal(0, spool_each(house.in.spool, count, &n, &why));
	return n;
}

static void
try_once(const char *id, enum script script)
{
	struct reason why = { "" };

	listener.script = script;
	if (ready() > 0 && inject_message(&house.in, id, &why) == -1)
		fail_msg("%s", why.text);
}

static void
a_copy_is_sent_as_it_is(void **unused)
{
	char id[IDENT_SIZE];

	(void)unused;
	spool("<s@here.test>", id);
	listener.mails = 0;
	try_once(id, TAKE);
	assert_int_equal(1, listener.mails);
	assert_int_equal(0, ready());
	assert_string_equal("MAIL FROM:<s@here.test> ENVID=z\r\n",
	    listener.from);
	assert_string_equal("RCPT TO:<a@out.test> NOTIFY=NEVER\r\n"
			    "RCPT TO:<b@out.test>\r\n",
	    listener.to);
	/* The point behind a bare LF is doubled, which such a listener takes
	 * for part of the line. */
	assert_non_null(
	    strstr(listener.data, "\r\n\r\n.sealed\r\n\n..\r\nend\r\n"));
}

/* What happens first, and how many mails there are when the listener takes
 * everything behind that: the copy, or a report to its sender. */
static const struct {
	enum script first;
	int mails_first, mails;
	const char *data;
} cases[] = {
	{ TEMPORARY_MAIL, 0, 1, ".sealed" },
	{ PASS_AND_DEFER, 0, 1, ".sealed" },
	{ CLOSE_UNTAKEN, 0, 1, ".sealed" },
	{ CLOSE_TAKEN, 1, 1, ".sealed" },
};

static void
failures_lead_to_one_mail(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char id[IDENT_SIZE];

		spool("<s@here.test>", id);
		listener.mails = 0;
		try_once(id, cases[i].first);
		assert_int_equal(cases[i].mails_first, listener.mails);
		make_due(id);
		try_once(id, TAKE);
		make_due(id);
		try_once(id, TAKE);
		assert_int_equal(cases[i].mails, listener.mails);
		assert_non_null(strstr(listener.data, cases[i].data));
		assert_int_equal(0, ready());
	}
}

/* The pause is kept: nothing is sent before its time. */
static void
a_pause_is_kept(void **unused)
{
	char id[IDENT_SIZE];

	(void)unused;
	spool("<s@here.test>", id);
	listener.mails = 0;
	try_once(id, TEMPORARY_MAIL);
	try_once(id, TAKE);
	assert_int_equal(0, listener.mails);
	assert_int_equal(1, ready());
	make_due(id);
	try_once(id, TAKE);
	assert_int_equal(1, listener.mails);
}

static int
inject_one(void *context, const char *id, struct reason *why)
{
	(void)context;
	return inject_message(&house.in, id, why);
}

/* As the injector does it. */
static void
send_all(void)
{
	struct reason why = { "" };

	if (spool_each(house.in.spool, inject_one, NULL, &why) == -1)
		fail_msg("%s", why.text);
}

/* Refused for good: the sender gets the header and no text, once, by way of
 * the spool. */
static void
the_sender_hears_of_a_refusal(void **unused)
{
	char id[IDENT_SIZE];

	(void)unused;
	spool("<s@here.test>", id);
	listener.mails = 0;
	try_once(id, REFUSE_FIRST);
	assert_int_equal(0, listener.mails);
	assert_int_equal(1, ready());
	send_all();
	assert_int_equal(1, listener.mails);
	assert_string_equal("MAIL FROM:<>\r\n", listener.from);
	assert_string_equal("RCPT TO:<s@here.test> NOTIFY=NEVER\r\n",
	    listener.to);
	assert_non_null(strstr(listener.data, "Final-Recipient: rfc822; b@"));
	assert_non_null(strstr(listener.data, "Subject: number"));
	assert_non_null(strstr(listener.data, "554 5.7.0 not this one"));
	assert_null(strstr(listener.data, "sealed\r\n"));
	assert_int_equal(0, ready());
}

/* Of each message: two that failed are two reports. */
static void
each_refusal_is_told(void **unused)
{
	char id[IDENT_SIZE];

	(void)unused;
	listener.mails = 0;
	for (int i = 0; i < 2; i++) {
		spool("<s@here.test>", id);
		try_once(id, REFUSE_FIRST);
	}
	assert_int_equal(2, ready());
	send_all();
	assert_int_equal(2, listener.mails);
}

/* The filter let it pass, then it was refused: not sent, so its sender hears of
 * it. */
static void
what_passed_and_was_refused_is_told(void **unused)
{
	char id[IDENT_SIZE];

	(void)unused;
	spool("<s@here.test>", id);
	listener.mails = 0;
	try_once(id, PASS_AND_REFUSE);
	assert_int_equal(1, ready());
	listener.script = TAKE;
	send_all();
	assert_int_equal(1, listener.mails);
	assert_string_equal("MAIL FROM:<>\r\n", listener.from);
}

/* Nobody hears of a report that could not be delivered. */
static void
a_null_sender_hears_nothing(void **unused)
{
	char id[IDENT_SIZE];

	(void)unused;
	spool("<>", id);
	listener.mails = 0;
	try_once(id, REFUSE_FIRST);
	assert_int_equal(0, listener.mails);
	assert_int_equal(0, ready());
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_copy_is_sent_as_it_is),
		cmocka_unit_test(failures_lead_to_one_mail),
		cmocka_unit_test(a_pause_is_kept),
		cmocka_unit_test(the_sender_hears_of_a_refusal),
		cmocka_unit_test(each_refusal_is_told),
		cmocka_unit_test(what_passed_and_was_refused_is_told),
		cmocka_unit_test(a_null_sender_hears_nothing),
	};

	return cmocka_run_group_tests(tests, open_house, close_house);
}
