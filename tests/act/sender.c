/* SPDX-License-Identifier: ISC */
#include <nettle/base64.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#include "milter/act/carry.h"
#include "milter/quarantine/meta.h"

/* The notice to a sender, in a real spool. */
static struct {
	char folder[64];
	struct conf *conf;
	struct places *places;
	struct spool *spool;
	struct envelope *e;
	struct findings *f;
	struct act a;
	struct group group;
	struct plan plan;
	struct seal_answer seal;
	struct carry c;
	char letter[65536], text[65536]; /* the only one that is ready */
	bool references; /* in one of them */
} h;

static int
memory(const char *text)
{
	int fd = memfd_create("text", MFD_CLOEXEC);

	assert_int_equal(strlen(text), write(fd, text, strlen(text)));
	return fd;
}

static void
take_message(const char *text)
{
	struct reason why;

	fields_close(&h.c.fields);
	if (h.a.message > 0)
		close(h.a.message);
	h.a.message = memory(text);
	assert_int_equal(0, fields_open(&h.c.fields, h.a.message, &why));
}

static void
take_envelope(const char *sender)
{
	struct reason why;

	envelope_free(&h.e);
	h.e = envelope_new(4);
	ident_new(h.e->id);
	envelope_text(&h.e->client_ip, "127.0.0.1");
	assert_int_equal(0, envelope_sender(h.e, sender, "", &why));
	assert_int_equal(0, envelope_rcpt(h.e, "<a@out.test>", "", &why));
	assert_int_equal(0, envelope_rcpt(h.e, "<b@out.test>", "", &why));
	envelope_directions(h.e, h.places);
	h.a.envelope = h.e;
	for (size_t i = 0; i < h.e->rcpts_count; i++)
		h.c.asked.rcpts[i] = h.e->rcpts[i].address;
}

/* What the seal server says when nobody has a key but b. */
static void
refuse(void)
{
	static size_t both[] = { 0, 1 };

	h.group = (struct group){ .effect = VERDICT_REFUSE,
		.verdict = { .kind = VERDICT_ENCRYPT, .rule = "must" },
		.rcpts = both,
		.count = 2 };
	h.plan = (struct plan){ &h.group, 1, VERDICT_REFUSE };
	h.c.asked.count = h.seal.count = 2;
	snprintf(h.seal.reasons[0], SEAL_TEXT, "certificate expired");
	h.c.seal = &h.seal;
}

static void
hold(void)
{
	refuse();
	h.c.seal = NULL;
	h.plan.answer = h.group.effect = VERDICT_QUARANTINE;
	ident_new(h.group.held);
}

static int
reset(void **unused)
{
	struct reason why = { "" };

	(void)unused;
	memset(&h, 0, sizeof h);
	snprintf(h.folder, sizeof h.folder, "/tmp/skm-sender.XXXXXX");
	assert_non_null(mkdtemp(h.folder));
	h.conf = conf_load(NULL, &why);
	free(h.conf->spool_dir);
	h.conf->spool_dir = strdup(h.folder);
	h.spool = spool_open(h.conf, &why);
	assert_non_null(h.spool);
	h.places = places_new(h.conf, &why);
	h.f = findings_new();
	findings_text(&h.f->subject, "会議");
	findings_text(&h.f->message_id, "m1@here.test");
	h.a = (struct act){ .conf = h.conf,
		.spool = h.spool,
		.places = h.places,
		.pace = pace_new(),
		.findings = h.f };
	h.c.a = &h.a;
	h.c.plan = &h.plan;
	take_message("Subject: s\r\n\r\nVERY SECRET\r\n");
	take_envelope("<s@localhost>");
	refuse();
	return 0;
}

static int
end(void **unused)
{
	char command[128];

	(void)unused;
	fields_close(&h.c.fields);
	close(h.a.message);
	pace_free(&h.a.pace);
	places_free(&h.places);
	envelope_free(&h.e);
	findings_free(&h.f);
	spool_close(&h.spool);
	conf_free(&h.conf);
	snprintf(command, sizeof command, "rm -rf %s", h.folder);
	return system(command);
}

/* The body, which is base64 and nothing else. */
static void
decode(void)
{
	struct base64_decode_ctx ctx;
	const char *body = strstr(h.letter, "\r\n\r\n");
	size_t len = sizeof h.text - 1;

	assert_non_null(body);
	base64_decode_init(&ctx);
	assert_int_equal(1, base64_decode_update(&ctx, &len, (uint8_t *)h.text,
				strlen(body), body));
	assert_int_equal(1, base64_decode_final(&ctx));
	h.text[len] = '\0';
}

static int
read_one(void *context, const char *id, struct reason *why)
{
	json_t *meta = spool_meta(h.spool, id, why);
	const json_t *copy = json_array_get(json_object_get(meta, "copies"), 0);
	const json_t *rcpts = json_object_get(copy, "rcpts");
	int fd = spool_message(h.spool, id, 0, meta, why);
	ssize_t n = read(fd, h.letter, sizeof h.letter - 1);

	assert_true(n > 0);
	h.letter[n] = '\0';
	h.references |= strstr(h.letter, "References") != NULL;
	close(fd);
	assert_string_equal("", meta_text(meta, "sender"));
	assert_int_equal(1, json_array_size(rcpts));
	assert_string_equal("s@localhost",
	    json_string_value(json_array_get(rcpts, 0)));
	json_decref(meta);
	++*(int *)context;
	return 0;
}

/* How many letters there are. */
static int
told(void)
{
	struct reason why = { "" };
	int n = 0;

	sender_tell(&h.c);
	assert_int_equal(0, spool_each(h.spool, read_one, &n, &why));
	if (n > 0)
		decode();
	return n;
}

static void
has(const char *text, const char *wanted)
{
	if (strstr(text, wanted) == NULL)
		fail_msg("no \"%s\" in:\n%s", wanted, text);
}

static void
a_refusal_is_told_in_both_languages(void **unused)
{
	(void)unused;
	envelope_text(&h.e->queue_id, "4Q");
	assert_int_equal(1, told());
	has(h.letter, "From: Mail Delivery System <MAILER-DAEMON@");
	has(h.letter, "\r\nTo: <s@localhost>\r\n");
	has(h.letter, "\r\nAuto-Submitted: auto-replied\r\n");
	has(h.letter, "\r\nIn-Reply-To: <m1@here.test>\r\n");
	has(h.letter, "\r\nReferences: <m1@here.test>\r\n");
	has(h.letter, "\r\nSubject: Mail not sent: it cannot be encrypted /\r\n"
		      " =?UTF-8?B?");
	has(h.text, "どの宛先にも送信されていません");
	has(h.text, "Recipient: a@out.test\n  Required: encryption");
	has(h.text, "Why not: certificate expired\n");
	has(h.text, "宛先: b@out.test\n");
	has(h.text, "この宛先には暗号化できます");
	has(h.text, "件名: 会議\n");
	has(h.text, h.e->id);
	has(h.text, "attached. Please never send a private key");
	assert_null(strstr(h.text, "SECRET"));
	assert_true(h.references);
}

static void
what_is_held_is_told_with_its_identifier(void **unused)
{
	(void)unused;
	hold();
	free(h.conf->notice_contact);
	h.conf->notice_contact = strdup("内線 1234");
	assert_int_equal(1, told());
	has(h.letter, "\r\nSubject: Mail held, not sent yet /\r\n ");
	has(h.text, h.group.held);
	has(h.text, "保留しています");
	has(h.text, "問い合わせ先: 内線 1234\n");
	assert_null(strstr(h.text, "certificate"));
}

/* The client tries again: no second letter. Another mail: another one. */
static void
a_message_is_told_of_once(void **unused)
{
	(void)unused;
	assert_int_equal(1, told());
	assert_int_equal(1, told());
	hold();
	assert_int_equal(2, told());
	refuse();
	take_message("Subject: another\r\n\r\nVERY SECRET\r\n");
	assert_int_equal(3, told());
}

static void
a_sender_without_end_is_not_answered_without_end(void **unused)
{
	(void)unused;
	h.conf->notice_hourly = 2;
	for (int i = 0; i < 5; i++) {
		char text[64];

		snprintf(text, sizeof text, "Subject: %d\r\n\r\nx\r\n", i);
		take_message(text);
		(void)told();
	}
	/* Three when the hour changes just now. */
	assert_in_range(told(), 2, 4);
}

static void
nobody_else_is_told(void **unused)
{
	(void)unused;
	take_envelope("<s@out.test>");
	assert_int_equal(0, told());
	take_envelope("<>");
	assert_int_equal(0, told());
	take_envelope("<s@localhost>");
	h.e->inside = false;
	assert_int_equal(0, told());
	h.e->inside = true;
	take_message("auto-submitted: auto-generated\r\n\r\nx\r\n");
	assert_int_equal(0, told());
	take_message("Subject: s\r\nAuto-Submitted: no\r\n\r\nx\r\n");
	assert_int_equal(0, told());
	take_message("Subject: s\r\n\r\nAuto-Submitted: x\r\n");
	h.conf->notice = false;
	assert_int_equal(0, told());
	h.conf->notice = true;
	h.plan.answer = h.group.effect = VERDICT_DEFER;
	assert_int_equal(0, told());
	refuse();
	assert_int_equal(1, told());
}

/* What the sender wrote makes no field and no link of ours. */
static void
a_reference_cannot_add_a_field(void **unused)
{
	static const char *const bad[] = { "a> <b", "a b", "a\xe3\x81\x82",
		"" };

	(void)unused;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		char text[64];

		snprintf(text, sizeof text, "Subject: %zu\r\n\r\nx\r\n", i);
		take_message(text);
		free(h.f->message_id);
		h.f->message_id = strdup(bad[i]);
		assert_true(told() > 0);
	}
	assert_false(h.references);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    a_refusal_is_told_in_both_languages, reset, end),
		cmocka_unit_test_setup_teardown(
		    what_is_held_is_told_with_its_identifier, reset, end),
		cmocka_unit_test_setup_teardown(a_message_is_told_of_once,
		    reset, end),
		cmocka_unit_test_setup_teardown(
		    a_sender_without_end_is_not_answered_without_end, reset,
		    end),
		cmocka_unit_test_setup_teardown(nobody_else_is_told, reset,
		    end),
		cmocka_unit_test_setup_teardown(a_reference_cannot_add_a_field,
		    reset, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
