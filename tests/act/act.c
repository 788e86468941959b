/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "milter/base/clock.h"
#include "milter/base/count.h"
#include "tests/act/world.h"

enum { RCPTS = 3, BAD_AT = 78 };

static struct conf *conf;
static struct envelope *envelope;
static struct findings *findings;
static int message;
static char line[2048];

static struct verdict
verdict_of(enum verdict_kind kind)
{
	return (struct verdict){ .kind = kind,
		.rule = "a rule",
		.basis = "a basis",
		.class = "class",
		.text = "",
		.prefix = "",
		.named[FACT_VIRUS] = true };
}

static sfsistat
carry_out(struct plan *plan)
{
	struct act a = { .mta = &world_mta,
		.conf = conf,
		.envelope = envelope,
		.findings = findings,
		.message = message,
		.inspect = world_inspect,
		.seal_socket = "seal",
		.started = clock_ms() };

	return act_carry_out(&a, plan, line, sizeof line);
}

/* What a case of the product is about. */
struct trial {
	enum verdict_kind kinds[RCPTS];
	struct plan *plan;
	sfsistat answer;
};

static bool
any(const struct trial *t, enum verdict_kind kind)
{
	for (size_t i = 0; i < RCPTS; i++)
		if (t->kinds[i] == kind)
			return true;
	return false;
}

static bool
as_it_is(const struct trial *t, size_t i)
{
	return world.seal == SEAL_ALREADY && t->kinds[i] == VERDICT_ENCRYPT;
}

/* The one property that everything else is for. */
static void
no_must_goes_clear(const struct trial *t)
{
	for (size_t i = 0; i < RCPTS; i++) {
		bool gets_it = t->answer == SMFIS_CONTINUE && !world.removed[i];

		assert_int_not_equal(SMFIS_ACCEPT, t->answer);
		if (gets_it && t->kinds[i] >= VERDICT_SANITISE)
			assert_true(world.body_replaced || as_it_is(t, i));
		if (gets_it && world.body_replaced && world.copies == 0)
			assert_int_equal(VERDICT_ENCRYPT, t->kinds[i]);
		if (gets_it && world.copies > 0)
			assert_true(t->kinds[i] <= VERDICT_SANITISE);
		if (gets_it)
			assert_true(t->kinds[i] <= VERDICT_ENCRYPT);
	}
}

/* The same for copies of our own. */
static void
copies_are_right(const struct trial *t)
{
	if (!world.committed)
		return;
	assert_int_equal(SMFIS_DISCARD, t->answer);
	for (size_t i = 0; i < RCPTS; i++) {
		const char *copy = world.spooled[i];

		if (copy[0] == '\0')
			continue;
		assert_true(t->kinds[i] <= VERDICT_ENCRYPT);
		assert_int_not_equal(VERDICT_SANITISE, t->kinds[i]);
		if (t->kinds[i] == VERDICT_ENCRYPT && !as_it_is(t, i)) {
			assert_null(strstr(copy, "CLEAR"));
			assert_non_null(strstr(copy, "\r\n\r\nSEALED\r\n"));
			assert_non_null(
			    strstr(copy, "Content-Type: sealed;\r\n\tb=c"));
			assert_null(strstr(copy, "text/plain"));
		} else {
			assert_null(strstr(copy, "SEALED"));
			assert_non_null(strstr(copy, "\r\n\r\nCLEAR\r\n"));
		}
	}
}

/* Everyone gets it, has it held, or the sender still has it; who gets a
 * sanitised copy has the original held. */
static void
nothing_is_lost(const struct trial *t)
{
	for (size_t i = 0; i < RCPTS; i++) {
		if (t->answer == SMFIS_CONTINUE && world.copies > 0) {
			assert_true(world.held[i]);
			continue;
		}
		if (t->answer == SMFIS_DISCARD)
			assert_true(
			    world.held[i] !=
			    (world.committed && world.spooled[i][0] != '\0'));
		if (t->answer == SMFIS_CONTINUE && world.removed[i])
			assert_true(world.held[i]);
		if (t->answer == SMFIS_CONTINUE && world.held[i])
			assert_true(world.removed[i]);
	}
	if (t->answer == SMFIS_CONTINUE || t->answer == SMFIS_DISCARD)
		assert_true(world.journals > 0);
	if (t->answer != SMFIS_DISCARD)
		assert_false(world.committed);
}

static void
the_reply_fits(const struct trial *t)
{
	if (t->answer == SMFIS_TEMPFAIL)
		assert_memory_equal("451 4.7.1 ", world.reply, 10);
	if (t->answer == SMFIS_REJECT)
		assert_memory_equal("550 5.7.1 ", world.reply, 10);
	if (t->answer == SMFIS_REJECT || t->answer == SMFIS_TEMPFAIL)
		assert_non_null(strstr(world.reply, envelope->id));
	assert_non_null(strstr(line, "4QUEUE: id="));
}

/* The message of a policy "defer" was not touched and nobody was asked. */
static void
defer_does_nothing(const struct trial *t)
{
	if (!any(t, VERDICT_DEFER))
		return;
	assert_int_equal(SMFIS_TEMPFAIL, t->answer);
	assert_int_equal(0, world.mta_calls);
	assert_int_equal(0, world.seal_calls);
	for (size_t i = 0; i < RCPTS; i++)
		assert_false(world.held[i]);
}

static void
check(struct trial *t)
{
	struct verdict v[RCPTS];

	for (size_t i = 0; i < RCPTS; i++)
		v[i] = verdict_of(t->kinds[i]);
	t->plan = act_plan_from(v, RCPTS);
	t->answer = carry_out(t->plan);
	act_plan_free(&t->plan);
	no_must_goes_clear(t);
	copies_are_right(t);
	nothing_is_lost(t);
	the_reply_fits(t);
	defer_does_nothing(t);
	assert_true(
	    world.mta_calls == 0 || !world.header_change_before_journal);
}

enum { ERRORS = 15, MTA_FAILS = 12 };

static void
set_errors(int bits, int mta_fails, int seal)
{
	world_reset();
	world.quarantine_fails = bits & 1;
	world.journal_fails = bits & 2;
	world.spool_fails = bits & 4;
	world.commit_fails = bits & 8;
	world.mta_fails_at = mta_fails;
	world.seal = (enum world_seal)seal;
}

/* Every verdict for every recipient, every answer of the seal server, every
 * combination of errors, the MTA failing at every call; once the spool fails,
 * only where there is one and the MTA is not asked for anything. */
static void
try_all(struct trial *t, size_t *trials)
{
	for (int seal = SEAL_DEAD; seal <= SEAL_ALREADY; seal++)
		for (int bits = 0; bits <= ERRORS; bits++)
			for (int at = 0; at <= MTA_FAILS; at++) {
				if (bits > 3 && (at > 0 || seal < SEAL_WORKS))
					continue;
				set_errors(bits, at, seal);
				check(t);
				++*trials;
			}
}

static void
no_way_from_must_to_clear(void **unused)
{
	struct trial t;
	size_t trials = 0, all = VERDICT_COUNT * VERDICT_COUNT * VERDICT_COUNT;

	(void)unused;
	for (size_t i = 0; i < all; i++) {
		t.kinds[0] = (enum verdict_kind)(i % VERDICT_COUNT);
		t.kinds[1] =
		    (enum verdict_kind)(i / VERDICT_COUNT % VERDICT_COUNT);
		t.kinds[2] =
		    (enum verdict_kind)(i / VERDICT_COUNT / VERDICT_COUNT);
		findings->facts[0].part = i % 2 ? 1 : -1;
		try_all(&t, &trials);
	}
	findings->facts[0].part = 1;
	assert_int_equal(all * (6 * 4 * 13 + 3 * 12), trials);
}

/* Without errors: what must be answered, and how many events there are. */
static const struct {
	enum verdict_kind kinds[RCPTS];
	enum world_seal seal;
	sfsistat answer;
	int held;
	const char *verdicts;
} plain[] = {
	{ { VERDICT_DELIVER, VERDICT_DELIVER, VERDICT_DELIVER }, SEAL_DEAD,
	    SMFIS_CONTINUE, 0, "deliver*3" },
	{ { VERDICT_DELIVER, VERDICT_TAG, VERDICT_QUARANTINE }, SEAL_DEAD,
	    SMFIS_CONTINUE, 1, "deliver*1 tag*1 quarantine*1" },
	{ { VERDICT_QUARANTINE, VERDICT_QUARANTINE, VERDICT_QUARANTINE },
	    SEAL_DEAD, SMFIS_DISCARD, 3, "quarantine*3" },
	{ { VERDICT_REFUSE, VERDICT_REFUSE, VERDICT_REFUSE }, SEAL_DEAD,
	    SMFIS_REJECT, 0, "refuse*3" },
	{ { VERDICT_REFUSE, VERDICT_DELIVER, VERDICT_DELIVER }, SEAL_DEAD,
	    SMFIS_CONTINUE, 1, "quarantine*1 deliver*2" },
	{ { VERDICT_REFUSE, VERDICT_QUARANTINE, VERDICT_REFUSE }, SEAL_DEAD,
	    SMFIS_DISCARD, 3, "quarantine*2 quarantine*1" },
	{ { VERDICT_DEFER, VERDICT_DELIVER, VERDICT_QUARANTINE }, SEAL_DEAD,
	    SMFIS_TEMPFAIL, 0, "defer*1 defer*1 defer*1" },
	{ { VERDICT_ENCRYPT, VERDICT_ENCRYPT, VERDICT_ENCRYPT }, SEAL_WORKS,
	    SMFIS_CONTINUE, 0, "encrypt*3" },
	{ { VERDICT_ENCRYPT, VERDICT_ENCRYPT, VERDICT_QUARANTINE }, SEAL_WORKS,
	    SMFIS_CONTINUE, 1, "encrypt*2 quarantine*1" },
	{ { VERDICT_ENCRYPT, VERDICT_ENCRYPT, VERDICT_REFUSE }, SEAL_WORKS,
	    SMFIS_CONTINUE, 1, "encrypt*2 quarantine*1" },
	{ { VERDICT_ENCRYPT, VERDICT_DELIVER, VERDICT_ENCRYPT }, SEAL_WORKS,
	    SMFIS_DISCARD, 0, "encrypt*2 deliver*1" },
	{ { VERDICT_ENCRYPT, VERDICT_TAG, VERDICT_QUARANTINE }, SEAL_WORKS,
	    SMFIS_DISCARD, 1, "encrypt*1 tag*1 quarantine*1" },
	{ { VERDICT_ENCRYPT, VERDICT_ENCRYPT, VERDICT_ENCRYPT }, SEAL_SPLITS,
	    SMFIS_DISCARD, 0, "encrypt*3" },
	{ { VERDICT_ENCRYPT, VERDICT_ENCRYPT, VERDICT_ENCRYPT }, SEAL_ALREADY,
	    SMFIS_CONTINUE, 0, "encrypt*3" },
	{ { VERDICT_ENCRYPT, VERDICT_DELIVER, VERDICT_ENCRYPT }, SEAL_ALREADY,
	    SMFIS_DISCARD, 0, "encrypt*2 deliver*1" },
	{ { VERDICT_ENCRYPT, VERDICT_DELIVER, VERDICT_DELIVER }, SEAL_REFUSES,
	    SMFIS_REJECT, 0, "refuse*1 refuse*2" },
	{ { VERDICT_ENCRYPT, VERDICT_ENCRYPT, VERDICT_ENCRYPT }, SEAL_REFUSES,
	    SMFIS_REJECT, 0, "refuse*3" },
	{ { VERDICT_ENCRYPT, VERDICT_ENCRYPT, VERDICT_QUARANTINE },
	    SEAL_REFUSES, SMFIS_REJECT, 0, "refuse*2 refuse*1" },
	{ { VERDICT_ENCRYPT, VERDICT_ENCRYPT, VERDICT_ENCRYPT }, SEAL_TEMPORARY,
	    SMFIS_TEMPFAIL, 0, "defer*3" },
	{ { VERDICT_ENCRYPT, VERDICT_ENCRYPT, VERDICT_ENCRYPT }, SEAL_DEAD,
	    SMFIS_TEMPFAIL, 0, "defer*3" },
	{ { VERDICT_HOLD, VERDICT_HOLD, VERDICT_HOLD }, SEAL_DEAD,
	    SMFIS_DISCARD, 3, "hold*3" },
	{ { VERDICT_HOLD, VERDICT_DELIVER, VERDICT_QUARANTINE }, SEAL_DEAD,
	    SMFIS_CONTINUE, 2, "hold*1 deliver*1 quarantine*1" },
	{ { VERDICT_HOLD, VERDICT_ENCRYPT, VERDICT_REFUSE }, SEAL_WORKS,
	    SMFIS_CONTINUE, 2, "hold*1 encrypt*1 quarantine*1" },
	{ { VERDICT_HOLD, VERDICT_ENCRYPT, VERDICT_ENCRYPT }, SEAL_REFUSES,
	    SMFIS_REJECT, 0, "refuse*1 refuse*2" },
	{ { VERDICT_SANITISE, VERDICT_SANITISE, VERDICT_SANITISE }, SEAL_DEAD,
	    SMFIS_CONTINUE, 3, "sanitise*3" },
	{ { VERDICT_DELIVER, VERDICT_SANITISE, VERDICT_TAG }, SEAL_DEAD,
	    SMFIS_CONTINUE, 3, "sanitise*1 sanitise*1 sanitise*1" },
	{ { VERDICT_REFUSE, VERDICT_SANITISE, VERDICT_QUARANTINE }, SEAL_DEAD,
	    SMFIS_CONTINUE, 3, "quarantine*1 sanitise*1 quarantine*1" },
	{ { VERDICT_ENCRYPT, VERDICT_SANITISE, VERDICT_ENCRYPT }, SEAL_WORKS,
	    SMFIS_CONTINUE, 1, "encrypt*2 quarantine*1" },
	{ { VERDICT_ENCRYPT, VERDICT_SANITISE, VERDICT_DELIVER }, SEAL_WORKS,
	    SMFIS_DISCARD, 1, "encrypt*1 quarantine*1 deliver*1" },
	{ { VERDICT_DEFER, VERDICT_SANITISE, VERDICT_DELIVER }, SEAL_DEAD,
	    SMFIS_TEMPFAIL, 0, "defer*1 defer*1 defer*1" },
};

static void
plain_cases(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < COUNT(plain); i++) {
		struct trial t;
		char verdicts[256];
		int held = 0;

		memcpy(t.kinds, plain[i].kinds, sizeof t.kinds);
		set_errors(0, 0, (int)plain[i].seal);
		check(&t);
		world_verdicts(verdicts, sizeof verdicts);
		for (size_t r = 0; r < RCPTS; r++)
			held += world.held[r];
		assert_string_equal(plain[i].verdicts, verdicts);
		assert_int_equal(plain[i].answer, t.answer);
		assert_int_equal(plain[i].held, held);
		assert_int_equal(1, world.journals);
	}
}

/* The marks of a copy are those that the message itself would have got. */
static void
a_mixed_message_is_split(void **unused)
{
	struct trial t = { .kinds = { VERDICT_ENCRYPT, VERDICT_TAG,
			       VERDICT_ENCRYPT } };

	(void)unused;
	set_errors(0, 0, SEAL_WORKS);
	check(&t);
	assert_true(world.committed);
	assert_int_equal(0, world.mta_calls);
	assert_non_null(
	    strstr(world.spooled[1], "Subject: [SUSPICIOUS] s\r\n"));
	assert_non_null(
	    strstr(world.spooled[1], "X-Sekimori-Verdict: tag (a rule)\r\n"));
	assert_null(strstr(world.spooled[0], "SUSPICIOUS"));
	assert_string_equal(world.spooled[0], world.spooled[2]);
}

/* With a fence nobody outside shares a copy with a colleague, and only copies
 * for outside carry the pass. */
static void
a_fence_keeps_outside_apart(void **unused)
{
	struct trial t = { .kinds = { VERDICT_DELIVER, VERDICT_DELIVER,
			       VERDICT_ENCRYPT } };

	(void)unused;
	conf->fence = true;
	envelope->rcpts[0].direction = DIRECTION_INTERNAL;
	envelope->rcpts[1].direction = DIRECTION_OUTBOUND;
	envelope->rcpts[2].direction = DIRECTION_OUTBOUND;
	set_errors(0, 0, SEAL_WORKS);
	check(&t);
	assert_true(world.committed);
	assert_null(strstr(world.spooled[0], "X-Sekimori-Pass"));
	for (size_t i = 1; i < RCPTS; i++)
		assert_memory_equal("X-Sekimori-Pass: outbound\r\n",
		    world.spooled[i], 27);
	envelope->rcpts[0].direction = DIRECTION_OUTBOUND;
	t.kinds[2] = VERDICT_DELIVER;
	set_errors(0, 0, SEAL_WORKS);
	check(&t);
	assert_int_equal(SMFIS_CONTINUE, t.answer);
	assert_non_null(
	    strstr(world.log, "insert X-Sekimori-Pass: outbound\n"));
	for (size_t i = 0; i < RCPTS; i++)
		envelope->rcpts[i].direction = DIRECTION_INBOUND;
	conf->fence = false;
}

static void
a_refused_seal_says_why(void **unused)
{
	struct trial t = { .kinds = { VERDICT_ENCRYPT, VERDICT_ENCRYPT,
			       VERDICT_ENCRYPT } };

	(void)unused;
	set_errors(0, 0, SEAL_REFUSES);
	check(&t);
	assert_non_null(strstr(world.reply, "r2@x.test: no key at all\n"));
	assert_non_null(strstr(world.record, "mail.crypto"));
}

static void
carry_other(enum verdict_kind kind, enum world_seal seal, const char *text)
{
	struct trial t = { .kinds = { kind, kind, kind } };
	int kept = message;

	set_errors(0, 0, (int)seal);
	message = world_message(text);
	check(&t);
	close(message);
	message = kept;
	assert_int_equal(SMFIS_CONTINUE, t.answer);
}

static void
what_the_sender_encrypted_stays_but_for_bcc(void **unused)
{
	(void)unused;
	carry_other(VERDICT_ENCRYPT, SEAL_ALREADY,
	    "Content-Type: b\r\nBcc: c\r\nSubject: s\r\n\r\nCLEAR\r\n");
	assert_string_equal("change Bcc 1 (removed)\n", world.log);
	assert_non_null(strstr(world.record, "\"by\": \"sender\""));
}

static void
the_transport_is_not_the_senders_to_choose(void **unused)
{
	static const char text[] =
	    "TLS-Required: No\r\n"
	    "require-tls-esmtp: yes\r\ntls-required : no\r\n\r\nCLEAR\r\n";

	(void)unused;
	carry_other(VERDICT_DELIVER, SEAL_DEAD, text);
	assert_string_equal("", world.log);
	envelope->rcpts[1].direction = DIRECTION_OUTBOUND;
	carry_other(VERDICT_DELIVER, SEAL_DEAD, text);
	assert_string_equal("change tls-required 2 (removed)\nchange "
			    "require-tls-esmtp 1 (removed)\nchange "
			    "TLS-Required 1 (removed)\n",
	    world.log);
	envelope->rcpts[1].direction = DIRECTION_INBOUND;
}

static int
make(void **unused)
{
	struct reason why;

	(void)unused;
	conf = conf_load(NULL, &why);
	envelope = world_envelope(RCPTS, true);
	findings = findings_new();
	findings->finished = true;
	message = world_message("From: a\r\nContent-Type: text/plain\r\n"
				"Subject: s\r\nContent-Type: b\r\n"
				"\r\nCLEAR\r\n--b\r\nBAD\r\n--b--\r\n");
	findings_part(findings,
	    &(struct seen_part){ "", "", "", .reason = "" });
	findings_part(findings,
	    &(struct seen_part){ "2", "a.exe", "", .reason = "",
		.begin = BAD_AT, .end = BAD_AT + 3 });
	findings_fact(findings, FACT_VIRUS, 1, 0, "Eicar");
	return conf == NULL ? -1 : 0;
}

static int
end(void **unused)
{
	(void)unused;
	conf_free(&conf);
	envelope_free(&envelope);
	findings_free(&findings);
	return close(message);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_way_from_must_to_clear),
		cmocka_unit_test(plain_cases),
		cmocka_unit_test(a_mixed_message_is_split),
		cmocka_unit_test(a_fence_keeps_outside_apart),
		cmocka_unit_test(a_refused_seal_says_why),
		cmocka_unit_test(what_the_sender_encrypted_stays_but_for_bcc),
		cmocka_unit_test(the_transport_is_not_the_senders_to_choose),
	};

	return cmocka_run_group_tests(tests, make, end);
}
