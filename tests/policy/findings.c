/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "milter/base/clock.h"
#include "milter/base/count.h"
#include "policy/policy.h"

/* Both ends of a connection between a server and sekimorid. */
struct pair {
	int fd[2];
};

static void
pair_open(struct pair *p)
{
	assert_int_equal(0,
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, p->fd));
}

static void
pair_close(struct pair *p)
{
	close(p->fd[0]);
	close(p->fd[1]);
}

static int64_t
soon(void)
{
	return clock_ms() + 2000;
}

static struct findings *
some(void)
{
	struct findings *f = findings_new();
	struct seen_part part = { "1.2", "\xe8\xab\x8b\xe6\xb1\x82.exe",
		"application/x-dosexec", 4096, { 1, 2, 3 }, INSPECTED_NOT,
		"encrypted", 300, 5000000000 };
	struct seen_url url = { 0, "http://a.example/", "a.example" };

	assert_int_equal(0, findings_part(f, &part));
	assert_int_equal(0, findings_url(f, &url));
	findings_fact(f, FACT_VIRUS, 0, 77, "Eicar %d", 1);
	findings_fact(f, FACT_LABEL_C2, -1, 0, "subject");
	findings_text(&f->engine, "ClamAV 1.4");
	findings_text(&f->subject, "a\nb");
	f->db_time = 1790000000;
	f->signatures = 12;
	f->milliseconds = 34;
	return f;
}

static void
what_is_sent_arrives(void **unused)
{
	struct findings *f = some(), *g = findings_new();
	struct reason why;
	struct pair p;

	(void)unused;
	pair_open(&p);
	assert_int_equal(0, findings_send(p.fd[0], f, soon(), &why));
	assert_int_equal(0, findings_recv(p.fd[1], g, soon(), &why));
	assert_true(g->finished);
	assert_int_equal(2, g->facts_count);
	assert_string_equal("Eicar 1", findings_has(g, FACT_VIRUS)->evidence);
	assert_int_equal(77, findings_has(g, FACT_VIRUS)->offset);
	assert_int_equal(0, findings_has(g, FACT_VIRUS)->part);
	assert_int_equal(-1, findings_has(g, FACT_LABEL_C2)->part);
	assert_null(findings_has(g, FACT_SPF_FAIL));
	assert_string_equal("1.2", g->parts[0].path);
	assert_string_equal("encrypted", g->parts[0].reason);
	assert_int_equal(3, g->parts[0].sha256[2]);
	assert_int_equal(300, g->parts[0].begin);
	assert_int_equal(5000000000, g->parts[0].end);
	assert_string_equal("a.example", g->urls[0].host);
	assert_string_equal("ClamAV 1.4", g->engine);
	assert_null(strchr(g->subject, '\n'));
	assert_int_equal(34, g->milliseconds);
	findings_free(&f);
	findings_free(&g);
	pair_close(&p);
}

/* A server in an attacker's hands: each row sends packets of its own. */
static void
send_packet(int fd, uint16_t kind, const struct wire_out *out)
{
	struct reason why;

	assert_int_equal(0,
	    wire_send(fd, kind, out->bytes, out->len, -1, soon(), &why));
}

static void
send_fact(int fd, uint64_t fact, uint64_t part, const char *evidence)
{
	struct wire_out out = { .len = 0 };

	wire_put_number(&out, fact);
	wire_put_number(&out, part);
	wire_put_number(&out, 0);
	wire_put_string(&out, evidence);
	send_packet(fd, PACKET_FACT, &out);
}

static void
send_summary(int fd, uint64_t dropped)
{
	struct wire_out out = { .len = 0 };

	for (int i = 0; i < 4; i++)
		wire_put_string(&out, "");
	for (int i = 0; i < 3; i++)
		wire_put_number(&out, 0);
	wire_put_number(&out, dropped);
	send_packet(fd, PACKET_SUMMARY, &out);
}

static void
send_done(int fd, uint64_t facts)
{
	struct wire_out out = { .len = 0 };

	wire_put_number(&out, facts);
	wire_put_number(&out, 0);
	wire_put_number(&out, 0);
	send_packet(fd, PACKET_DONE, &out);
}

static void
unknown_fact(int fd)
{
	send_fact(fd, FACT_COUNT, 0, "");
}

static void
huge_fact(int fd)
{
	send_fact(fd, UINT64_MAX, 0, "");
}

static void
part_that_was_not_sent(int fd)
{
	send_fact(fd, FACT_VIRUS, 1, "");
}

static void
long_evidence(int fd)
{
	char text[FINDINGS_EVIDENCE + 1];

	memset(text, 'x', sizeof text);
	text[FINDINGS_EVIDENCE] = '\0';
	send_fact(fd, FACT_VIRUS, 0, text);
}

static void
wrong_counts(int fd)
{
	send_fact(fd, FACT_SPF_PASS, 0, "");
	send_summary(fd, 0);
	send_done(fd, 2);
}

static void
no_summary(int fd)
{
	send_done(fd, 0);
}

static void
two_summaries(int fd)
{
	send_summary(fd, 0);
	send_summary(fd, 0);
}

static void
fact_behind_summary(int fd)
{
	send_summary(fd, 0);
	send_fact(fd, FACT_SPF_PASS, 0, "");
}

static void
unknown_kind(int fd)
{
	struct wire_out out = { .len = 0 };

	send_packet(fd, PACKET_DONE + 1, &out);
}

static void
hidden_loss(int fd)
{
	send_summary(fd, 1);
	send_done(fd, 0);
}

static void
flood(int fd)
{
	for (int i = 0; i <= FINDINGS_PER_FACT; i++)
		send_fact(fd, FACT_SPF_PASS, 0, "");
}

static void
more_than_the_fields(int fd)
{
	struct wire_out out = { .len = 0 };

	for (int i = 0; i < 4; i++)
		wire_put_number(&out, 0);
	send_packet(fd, PACKET_DONE, &out);
}

static void
send_part(int fd, uint64_t inspected, uint64_t begin, uint64_t end)
{
	struct wire_out out = { .len = 0 };
	uint8_t digest[HASH_BYTES] = { 0 };

	for (int i = 0; i < 3; i++)
		wire_put_string(&out, "x");
	wire_put_number(&out, 1);
	wire_put_bytes(&out, digest, sizeof digest);
	wire_put_number(&out, inspected);
	wire_put_string(&out, "");
	wire_put_number(&out, begin);
	wire_put_number(&out, end);
	send_packet(fd, PACKET_PART, &out);
}

static void
bad_part(int fd)
{
	send_part(fd, INSPECTED_NOT + 1, 0, 0);
}

static void
part_that_ends_before_it_begins(int fd)
{
	send_part(fd, INSPECTED_CLEAN, 2, 1);
}

static void
death_half_way(int fd)
{
	send_fact(fd, FACT_SPF_PASS, 0, "");
}

static const struct {
	void (*send)(int fd);
	const char *why;
} hostile[] = {
	{ unknown_fact, "does not exist" },
	{ huge_fact, "does not exist" },
	{ part_that_ends_before_it_begins, "ends before it begins" },
	{ part_that_was_not_sent, "lacks a field" },
	{ long_evidence, "lacks a field" },
	{ wrong_counts, "counts do not match" },
	{ no_summary, "without a summary" },
	{ two_summaries, "more after its summary" },
	{ fact_behind_summary, "more after its summary" },
	{ unknown_kind, "kind" },
	{ hidden_loss, "without scan.limit" },
	{ flood, "more facts than are kept" },
	{ more_than_the_fields, "bytes too many" },
	{ bad_part, "no known state" },
	{ death_half_way, "closed the connection" },
};

static void
hostile_servers_are_refused(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < COUNT(hostile); i++) {
		struct findings *f = findings_new();
		struct reason why = { "" };
		struct pair p;

		pair_open(&p);
		hostile[i].send(p.fd[0]);
		close(p.fd[0]);
		p.fd[0] = -1;
		assert_int_equal(-1, findings_recv(p.fd[1], f, soon(), &why));
		assert_false(f->finished);
		if (strstr(why.text, hostile[i].why) == NULL)
			fail_msg("row %zu: %s", i, why.text);
		assert_true(*why.text != '\0');
		findings_free(&f);
		pair_close(&p);
	}
}

static void
silence_is_failure(void **unused)
{
	struct findings *f = findings_new();
	struct reason why;
	struct pair p;

	(void)unused;
	pair_open(&p);
	assert_int_equal(-1, findings_recv(p.fd[1], f, clock_ms() + 20, &why));
	assert_false(f->finished);
	findings_free(&f);
	pair_close(&p);
}

static void
controls_are_made_visible(void **unused)
{
	struct findings *f = findings_new();
	struct reason why;
	struct pair p;

	(void)unused;
	pair_open(&p);
	send_fact(p.fd[0], FACT_VIRUS, 0, "a\x1b[2Jb\xe2\x80\xae\xff\n");
	send_summary(p.fd[0], 0);
	send_done(p.fd[0], 1);
	assert_int_equal(0, findings_recv(p.fd[1], f, soon(), &why));
	assert_null(strpbrk(f->facts[0].evidence, "\x1b\n\xff"));
	assert_non_null(strstr(f->facts[0].evidence, "<U+202E>"));
	findings_free(&f);
	pair_close(&p);
}

/* Two thousand harmless facts do not push out the one that counts. */
static void
floods_are_told(void **unused)
{
	struct findings *f = findings_new();

	(void)unused;
	for (int n = 0; n < 2000; n++)
		for (int i = 0; i < FACT_COUNT; i++)
			if (i != FACT_VIRUS && i != FACT_SCAN_LIMIT)
				findings_fact(f, (enum fact)i, -1, 0, "%d", n);
	findings_fact(f, FACT_VIRUS, -1, 0, "late");
	assert_non_null(findings_has(f, FACT_VIRUS));
	assert_int_equal(1, f->kinds[FACT_SCAN_LIMIT]);
	assert_true(f->facts_count <= FINDINGS_FACTS + FACT_COUNT);
	assert_int_equal((FACT_COUNT - 2) * 2000 + 2,
	    f->facts_count + f->dropped);
	findings_free(&f);
}

static void
too_many_parts_are_told(void **unused)
{
	struct findings *f = findings_new();
	struct seen_part part = { "1", "", "", 0, { 0 }, INSPECTED_CLEAN, "", 0,
		0 };
	struct seen_url url = { -1, "http://a/", "a" };

	(void)unused;
	for (int i = 0; i < FINDINGS_PARTS; i++)
		assert_int_equal(i, findings_part(f, &part));
	assert_int_equal(-1, findings_part(f, &part));
	for (int i = 0; i < FINDINGS_URLS; i++)
		assert_int_equal(i, findings_url(f, &url));
	assert_int_equal(-1, findings_url(f, &url));
	assert_int_equal(2, f->dropped);
	assert_int_equal(1, f->kinds[FACT_SCAN_LIMIT]);
	findings_free(&f);
}

static void
long_evidence_is_marked_as_cut(void **unused)
{
	struct findings *f = findings_new();

	(void)unused;
	findings_fact(f, FACT_VIRUS, -1, 0, "%2000d", 1);
	assert_true(strlen(f->facts[0].evidence) < FINDINGS_EVIDENCE);
	assert_non_null(strstr(f->facts[0].evidence, "..."));
	findings_free(&f);
}

static void
two_servers_make_one(void **unused)
{
	struct findings *f = some(), *g = some();

	(void)unused;
	f->finished = true;
	findings_fact(g, FACT_SPF_FAIL, -1, 0, "x");
	findings_text(&g->from, "a@b");
	findings_merge(f, g);
	assert_false(f->finished);
	assert_int_equal(2, f->parts_count);
	assert_int_equal(5, f->facts_count);
	assert_int_equal(1, f->facts[2].part);
	assert_int_equal(-1, f->facts[3].part);
	assert_int_equal(1, f->urls[1].part);
	assert_string_equal("a@b", f->from);
	findings_free(&f);
	findings_free(&g);
}

static void
json_says_it_all(void **unused)
{
	struct findings *f = some();
	json_t *facts = findings_facts_json(f), *parts = findings_parts_json(f);
	json_t *urls = findings_urls_json(f);
	const char *name, *severity, *part, *evidence, *en, *ja, *inspected;

	(void)unused;
	assert_int_equal(0, json_unpack(json_array_get(facts, 0),
				"{s:s, s:s, s:s, s:s, s:s, s:s !}", "name",
				&name, "severity", &severity, "part", &part,
				"evidence", &evidence, "en", &en, "ja", &ja));
	assert_string_equal("virus", name);
	assert_string_equal("high", severity);
	assert_string_equal("1.2", part);
	assert_int_equal(0, json_unpack(json_array_get(parts, 0), "{s:s}",
				"inspected", &inspected));
	assert_string_equal("not: encrypted", inspected);
	assert_string_equal("http://a.example/",
	    json_string_value(json_array_get(urls, 0)));
	json_decref(facts);
	json_decref(parts);
	json_decref(urls);
	findings_free(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_sent_arrives),
		cmocka_unit_test(hostile_servers_are_refused),
		cmocka_unit_test(silence_is_failure),
		cmocka_unit_test(controls_are_made_visible),
		cmocka_unit_test(floods_are_told),
		cmocka_unit_test(too_many_parts_are_told),
		cmocka_unit_test(long_evidence_is_marked_as_cut),
		cmocka_unit_test(two_servers_make_one),
		cmocka_unit_test(json_says_it_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
