/* SPDX-License-Identifier: ISC */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "milter/base/clock.h"
#include "milter/lookup/lookup.h"
#include "milter/lookup/resolve.h"
#include "milter/lookup/spf.h"
#include "tests/lookup/nameserver.h"

static struct nameserver nameserver;

static struct envelope *
make_envelope(const char *ip, const char *helo, const char *sender)
{
	struct envelope *e = envelope_new(10);
	struct reason why;

	envelope_text(&e->client_ip, ip);
	envelope_text(&e->helo, helo);
	assert_int_equal(0, envelope_sender(e, sender, "", &why));
	return e;
}

static const struct {
	const char *helo, *sender;
	enum fact fact;
	const char *evidence;
} cases[] = {
	{ "mx.example", "<u@good.example>", FACT_SPF_PASS,
	    "smtp.mailfrom=good.example 192.0.2.1 is allowed" },
	{ "good.example", "<>", FACT_SPF_PASS,
	    "smtp.helo=good.example 192.0.2.1 is allowed" },
	{ "mx.example", "<u@GOOD.example>", FACT_SPF_PASS,
	    "smtp.mailfrom=good.example 192.0.2.1 is allowed" },
	{ "mx.example", "<u@none.example>", FACT_SPF_NONE,
	    "smtp.mailfrom=none.example no SPF record" },
	{ "[192.0.2.1]", "<>", FACT_SPF_NONE,
	    "smtp.helo=[192.0.2.1] no domain to ask about" },
};

static void
one_fact_with_evidence(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct envelope *e =
		    make_envelope("192.0.2.1", cases[i].helo, cases[i].sender);
		struct findings *f = findings_new();

		lookup_envelope(e, f, clock_ms() + 4000);
		assert_true(f->finished);
		assert_int_equal(1, f->facts_count);
		assert_int_equal(cases[i].fact, f->facts[0].fact);
		assert_string_equal(cases[i].evidence, f->facts[0].evidence);
		findings_free(&f);
		envelope_free(&e);
	}
}

static void
inside_is_not_asked_about(void **unused)
{
	struct envelope *e =
	    make_envelope("192.0.2.1", "mx.example", "<u@inside.example>");
	struct findings *f = findings_new();

	(void)unused;
	e->inside = true;
	lookup_envelope(e, f, clock_ms() + 4000);
	assert_true(f->finished);
	assert_int_equal(0, f->facts_count);
	assert_int_equal(0,
	    nameserver_asked(&nameserver, "udp TXT inside.example"));
	findings_free(&f);
	envelope_free(&e);
}

static void
serves_one_packet(void **unused)
{
	struct envelope *e =
	    make_envelope("192.0.2.9", "mx.example", "<u@good.example>");
	struct findings *f = findings_new();
	struct wire_out out = { .len = 0 };
	struct reason why;
	int ends[2];

	(void)unused;
	assert_int_equal(0, socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends));
	envelope_put(&out, e);
	assert_int_equal(0, wire_send(ends[0], PACKET_LOOKUP, out.bytes,
				out.len, -1, clock_ms() + 1000, &why));
	assert_int_equal(0, lookup_serve(ends[1], &why));
	assert_int_equal(0, findings_recv(ends[0], f, clock_ms() + 1000, &why));
	assert_true(f->finished);
	assert_int_equal(1, f->facts_count);
	assert_int_equal(FACT_SPF_FAIL, f->facts[0].fact);
	/* Another protocol is refused. */
	assert_int_equal(0, wire_send(ends[0], 16, out.bytes, out.len, -1,
				clock_ms() + 1000, &why));
	assert_int_equal(-1, lookup_serve(ends[1], &why));
	close(ends[0]);
	assert_int_equal(-1, lookup_serve(ends[1], &why));
	close(ends[1]);
	findings_free(&f);
	envelope_free(&e);
}

static void
bad_server_is_refused(void **unused)
{
	char *bad = "localhost";
	struct conf conf = { .dns_servers = { &bad, 1 }, .lookup_time = 4 };
	char ready[128];
	struct reason why;

	(void)unused;
	assert_int_equal(-1, lookup_load(&conf, ready, sizeof ready, &why));
	assert_non_null(strstr(why.text, "localhost"));
}

static void
prepare(struct conf *conf)
{
	char ready[128];
	struct reason why;

	if (lookup_load(conf, ready, sizeof ready, &why) == -1 ||
	    strstr(ready, "libspf2 ") != ready ||
	    lookup_prepare_child(conf, "/nonexistent", &why) == -1) {
		fprintf(stderr, "%s\n", why.text);
		_exit(1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_fact_with_evidence),
		cmocka_unit_test(inside_is_not_asked_about),
		cmocka_unit_test(serves_one_packet),
	};
	const struct CMUnitTest settings[] = {
		cmocka_unit_test(bad_server_is_refused),
	};
	char *address = nameserver.address;
	struct conf conf = { .dns_servers = { &address, 1 }, .lookup_time = 4 };
	int result;

	nameserver_start(&nameserver,
	    "{ \"good.example\":"
	    "  [[\"TXT\", \"v=spf1 ip4:192.0.2.1 -all\"]],"
	    "\"none.example\": [] }");
	prepare(&conf);
	result = cmocka_run_group_tests(tests, NULL, NULL);
	spf_close();
	resolve_close();
	result += cmocka_run_group_tests(settings, NULL, NULL);
	nameserver_stop(&nameserver);
	return result;
}
