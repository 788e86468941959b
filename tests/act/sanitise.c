/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <nettle/base64.h>
#include <cmocka.h>

#include "milter/act/proof.h"
#include "milter/base/clock.h"
#include "milter/base/count.h"
#include "tests/act/world.h"

enum { PARTS = 6, MESSAGE = 4096 };

#define HEAD "Subject: s\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"

static struct conf *conf;

/* A message of some parts, and what was found in them. */
struct mail {
	char text[MESSAGE];
	size_t len;
	struct findings *findings;
	struct verdict verdict;
	struct plan *plan;
	char line[2048];
};

static void put(struct mail *m, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
put(struct mail *m, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	m->len +=
	    (size_t)vsnprintf(m->text + m->len, MESSAGE - m->len, format, args);
	va_end(args);
}

static void
put_part(struct mail *m, size_t number, const char *body)
{
	char path[8], name[32];
	struct seen_part part = { path, name, "", .reason = "" };

	snprintf(path, sizeof path, "%zu", number);
	snprintf(name, sizeof name, "f%zu.doc", number);
	put(m, "--b\r\n");
	part.begin = m->len;
	put(m, "Content-Type: a/b\r\n\r\n%s", body);
	part.end = m->len;
	put(m, "\r\n");
	findings_part(m->findings, &part);
}

/* Parts are numbered from 1, as in findings: 0 is the multipart. */
static void
begin(struct mail *m)
{
	memset(m, 0, sizeof *m);
	world_reset();
	m->findings = findings_new();
	m->findings->finished = true;
	m->verdict = (struct verdict){ .kind = VERDICT_SANITISE,
		.rule = "macros",
		.class = "macro",
		.named[FACT_MACRO_AUTO] = true,
		.named[FACT_MACRO_CALLS] = true };
	put(m, "%s", HEAD);
	findings_part(m->findings,
	    &(struct seen_part){ "", "", "", .reason = "" });
}

static sfsistat
carry_out(struct mail *m)
{
	struct envelope *e = world_envelope(1, true);
	struct act a = { .mta = &world_mta,
		.conf = conf,
		.envelope = e,
		.findings = m->findings,
		.message = world_message(m->text),
		.inspect = world_inspect,
		.started = clock_ms() };
	sfsistat answer;

	m->plan = act_plan_from(&m->verdict, 1);
	answer = act_carry_out(&a, m->plan, m->line, sizeof m->line);
	close(a.message);
	envelope_free(&e);
	return answer;
}

static void
end(struct mail *m)
{
	act_plan_free(&m->plan);
	findings_free(&m->findings);
}

/* The text of the notice at *at, which moves behind it. */
static void
read_notice(const char **at, char *text, size_t size)
{
	static const char head[] = "Content-Type: text/plain; charset=utf-8\r\n"
				   "Content-Transfer-Encoding: base64\r\n"
				   "Content-Disposition: inline\r\n\r\n";
	const char *stop = strstr(*at, "\r\n--b");
	struct base64_decode_ctx ctx;
	size_t len = size;

	assert_memory_equal(head, *at, strlen(head));
	assert_non_null(stop);
	*at += strlen(head);
	assert_true((size_t)(stop - *at) < size);
	base64_decode_init(&ctx);
	assert_true(base64_decode_update(&ctx, &len, (uint8_t *)text,
	    (size_t)(stop - *at), *at));
	assert_true(base64_decode_final(&ctx));
	text[len] = '\0';
	*at = stop;
}

/* Any parts with any bytes, some dangerous: outside of those everything is as
 * it was, and in their place a notice names each. */
static void
all_else_stays_byte_for_byte(void **unused)
{
	unsigned seed = 20261128;

	(void)unused;
	for (unsigned set = 1; set < 1 << PARTS; set++) {
		char text[8192], body[64] = "";
		struct mail m;
		const char *at;
		size_t from = 0;

		begin(&m);
		for (size_t i = 1; i <= PARTS; i++) {
			size_t len = (size_t)rand_r(&seed) % sizeof body;

			memset(body, 0, sizeof body);
			for (size_t b = 0; b + 1 < len; b++)
				body[b] = (char)(1 + rand_r(&seed) % 255);
			put_part(&m, i, body);
			if (set & 1U << (i - 1))
				findings_fact(m.findings, FACT_MACRO_AUTO,
				    (int)i, 0, "x");
		}
		put(&m, "--b--\r\nepilogue\r\n");
		assert_int_equal(SMFIS_CONTINUE, carry_out(&m));
		at = world.copy;
		for (size_t i = 1; i <= PARTS; i++) {
			const struct seen_part *p = &m.findings->parts[i];

			if (!(set & 1U << (i - 1)))
				continue;
			assert_memory_equal(m.text + from, at, p->begin - from);
			at += p->begin - from;
			read_notice(&at, text, sizeof text);
			assert_non_null(strstr(text, p->name));
			from = p->end;
		}
		assert_string_equal(m.text + from, at);
		/* What was inspected is what the MTA gets. */
		assert_non_null(
		    strstr(world.log, strstr(world.copy, "\r\n\r\n") + 4));
		end(&m);
	}
}

static void
the_notice_tells_all(void **unused)
{
	static const char *const said[] = { "この添付ファイルは除去されました",
		"This attachment was removed", "File: ht_ps____ww.evil.test_a",
		"<U+202E>", "内線 1234" };
	struct mail m;
	const char *at;
	char text[8192];

	(void)unused;
	free(conf->sanitise_contact);
	conf->sanitise_contact = strdup("内線 1234");
	begin(&m);
	put_part(&m, 1, "x");
	put(&m, "--b--\r\n");
	findings_text(&m.findings->parts[1].name,
	    "ht:ps://www.evil.test/a\u202e\r\n--b");
	findings_fact(m.findings, FACT_MACRO_AUTO, 1, 0, "x");
	findings_fact(m.findings, FACT_MACRO_CALLS, 1, 0, "x");
	findings_fact(m.findings, FACT_MACRO_VBA, 1, 0, "x");
	assert_int_equal(SMFIS_CONTINUE, carry_out(&m));
	at = strstr(world.copy, "--b\r\n") + 5;
	read_notice(&at, text, sizeof text);
	for (size_t i = 0; i < COUNT(said); i++)
		if (strstr(text, said[i]) == NULL)
			fail_msg("no \"%s\" in %s", said[i], text);
	assert_non_null(strstr(text, fact_row(FACT_MACRO_AUTO)->ja));
	assert_non_null(strstr(text, fact_row(FACT_MACRO_CALLS)->en));
	assert_null(strstr(text, fact_row(FACT_MACRO_VBA)->en));
	assert_non_null(strstr(text, m.plan->groups[0].held));
	assert_non_null(strstr(m.line, m.plan->groups[0].held));
	assert_non_null(strstr(world.record, "\"removed\": [\"1 ht:ps:"));
	assert_non_null(
	    strstr(world.log, "add X-Sekimori-Verdict: sanitise (macros)\n"));
	assert_null(strstr(world.log, "change Subject"));
	end(&m);
}

/* What was packed in a file, and what is in an attached message that goes as a
 * whole, goes with it once. */
static void
parts_of_a_part_go_with_it(void **unused)
{
	struct mail m;

	(void)unused;
	begin(&m);
	put_part(&m, 1, "an archive");
	put_part(&m, 2, "an attached message");
	put(&m, "--b--\r\n");
	for (size_t i = 1; i <= 2; i++) {
		struct seen_part inner = m.findings->parts[i];

		inner.path = "x.1";
		inner.name = "inner";
		if (i == 2)
			inner.begin += 5;
		findings_part(m.findings, &inner);
		findings_fact(m.findings, FACT_MACRO_AUTO, (int)i + 2, 0, "x");
		findings_fact(m.findings, FACT_MACRO_AUTO, (int)i, 0, "x");
	}
	/* Scan would never state this stretch, and act would not take it. */
	assert_int_equal(SMFIS_DISCARD, carry_out(&m));
	act_plan_free(&m.plan);
	world_reset();
	m.findings->parts[4].begin = m.findings->parts[2].begin;
	assert_int_equal(SMFIS_CONTINUE, carry_out(&m));
	assert_non_null(
	    strstr(world.record, "\"removed\": [\"1 f1.doc\", \"2 f2.doc\"]"));
	end(&m);
}

/* Whoever must get a copy gets nothing else. */
static void
there_is_no_proof_without_the_copy(void **unused)
{
	struct verdict v = { .kind = VERDICT_SANITISE, .rule = "r" };
	struct plan *plan = act_plan_from(&v, 1);
	struct envelope *e = world_envelope(1, true);
	struct proof *proof;
	int none = -1, copy = world_message("a copy");
	const size_t rcpt = 0;

	(void)unused;
	assert_null(proof_of(plan, e, NULL, NULL, &rcpt, 1));
	assert_null(proof_sanitised(plan, &none, &rcpt, 1));
	proof = proof_sanitised(plan, &copy, &rcpt, 1);
	assert_non_null(proof);
	assert_int_equal(-1, copy);
	proof_free(&proof);
	plan->groups[0].effect = VERDICT_DELIVER;
	copy = world_message("a copy");
	assert_null(proof_sanitised(plan, &copy, &rcpt, 1));
	close(copy);
	act_plan_free(&plan);
	envelope_free(&e);
}

/* Each of these makes that nobody gets anything and the original is held. */
enum trouble {
	NOTHING,
	NO_FACT,
	WHOLE_MESSAGE,
	NO_STRETCH,
	BEYOND_END,
	IN_HEADER,
	NOT_A_LINE,
	NO_BOUNDARY,
	COPY_HELD,
	COPY_REFUSED,
	COPY_STILL_SANITISED,
	COPY_UNFINISHED,
	COPY_DEFERRED,
	NOTE_FAILS,
	TROUBLES
};

static void
make(struct mail *m, enum trouble trouble)
{
	static const enum verdict_kind again[TROUBLES] = {
		[COPY_HELD] = VERDICT_QUARANTINE,
		[COPY_REFUSED] = VERDICT_REFUSE,
		[COPY_STILL_SANITISED] = VERDICT_SANITISE,
		[COPY_DEFERRED] = VERDICT_DEFER,
	};
	struct seen_part *part = &m->findings->parts[1];

	if (trouble != NO_FACT)
		findings_fact(m->findings, FACT_MACRO_AUTO,
		    trouble == WHOLE_MESSAGE ? -1 : 1, 0, "x");
	if (trouble == NO_STRETCH)
		part->begin = part->end = 0;
	if (trouble == BEYOND_END)
		part->end = m->len + 1;
	if (trouble == IN_HEADER)
		part->begin = 12;
	if (trouble == NOT_A_LINE)
		part->begin++;
	if (trouble == NO_BOUNDARY)
		part->end--;
	world.again.kind = again[trouble];
	world.unfinished = trouble == COPY_UNFINISHED;
	world.note_fails = trouble == NOTE_FAILS;
}

static void
trouble_holds_the_message_whole(void **unused)
{
	(void)unused;
	for (int t = NOTHING; t < TROUBLES; t++) {
		struct mail m;

		begin(&m);
		put_part(&m, 1, "x");
		put(&m, "--b--\r\n");
		make(&m, (enum trouble)t);
		assert_int_equal(t == NOTHING ? SMFIS_CONTINUE : SMFIS_DISCARD,
		    carry_out(&m));
		assert_true(world.held[0]);
		assert_int_equal(t == NOTHING, world.notes);
		assert_int_equal(t == NOTHING, world.body_replaced);
		if (t != NOTHING) {
			assert_non_null(strstr(world.record, "\"whole\": "));
			assert_non_null(strstr(m.line, " whole="));
		}
		end(&m);
	}
}

/* The note of a copy that the MTA did not take is taken back. */
static void
held_whole_again_has_no_copy(void **unused)
{
	struct mail m;

	(void)unused;
	begin(&m);
	put_part(&m, 1, "x");
	put(&m, "--b--\r\n");
	make(&m, COPY_HELD);
	world.seen = 2;
	assert_int_equal(SMFIS_DISCARD, carry_out(&m));
	assert_int_equal(1, world.notes);
	assert_string_equal("{\"removed\": []}", world.note);
	end(&m);
}

static void
a_suspicious_copy_is_marked(void **unused)
{
	struct mail m;

	(void)unused;
	begin(&m);
	put_part(&m, 1, "x");
	put(&m, "--b--\r\n");
	make(&m, NOTHING);
	world.again = (struct verdict){ .kind = VERDICT_TAG, .prefix = "[!]" };
	assert_int_equal(SMFIS_CONTINUE, carry_out(&m));
	assert_non_null(strstr(world.log, "change Subject 1 [!] s\n"));
	end(&m);
}

static int
set_up(void **unused)
{
	struct reason why;

	(void)unused;
	conf = conf_load(NULL, &why);
	return conf == NULL ? -1 : 0;
}

static int
tear_down(void **unused)
{
	(void)unused;
	conf_free(&conf);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_else_stays_byte_for_byte),
		cmocka_unit_test(the_notice_tells_all),
		cmocka_unit_test(parts_of_a_part_go_with_it),
		cmocka_unit_test(there_is_no_proof_without_the_copy),
		cmocka_unit_test(trouble_holds_the_message_whole),
		cmocka_unit_test(held_whole_again_has_no_copy),
		cmocka_unit_test(a_suspicious_copy_is_marked),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
