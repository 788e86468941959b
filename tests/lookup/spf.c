/* SPDX-License-Identifier: ISC */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "milter/base/buf.h"
#include "milter/base/clock.h"
#include "milter/base/conf.h"
#include "milter/base/count.h"
#include "milter/lookup/resolve.h"
#include "milter/lookup/spf.h"
#include "tests/lookup/nameserver.h"

enum { BUDGET_MS = 4000 };

static struct nameserver nameserver;

/* Ten terms are allowed, the eleventh is not; two in vain are allowed. */
static const char fixed_zone[] =
    "{ \"pass.example\": [[\"TXT\", \"v=spf1 ip4:192.0.2.1 -all\"],"
    "                     [\"TXT\", \"other text\"]],"
    "\"soft.example\": [[\"TXT\", \"v=spf1 ~all\"]],"
    "\"neutral.example\": [[\"TXT\", \"v=spf1 ?all\"]],"
    "\"bare.example\": [[\"TXT\", \"v=spf1\"]],"
    "\"norecord.example\": [[\"TXT\", \"hello\"]],"
    "\"two.example\": [[\"TXT\", \"v=spf1 -all\"],"
    "                  [\"TXT\", \"v=spf1 +all\"]],"
    "\"parts.example\": [[\"TXT\", \"v=spf1 ip4:192\", \".0.2.1 -all\"]],"
    "\"binary.example\": [[\"TXT\", \"v=spf1 \\u00e4 +all\"]],"
    "\"nul.example\": [[\"TXT\", \"v=spf1 +all\\u0000\"]],"
    "\"syntax.example\": [[\"TXT\", \"v=spf1 ipv4:1 +all\"]],"
    "\"servfail.example\": [[\"BEHAVE\", \"servfail\"]],"
    "\"refused.example\": [[\"BEHAVE\", \"refused\"]],"
    "\"silent.example\": [[\"BEHAVE\", \"timeout\"]],"
    "\"drip.example\": [[\"BEHAVE\", \"slow-tcp\", \"TXT\"],"
    "                   [\"TXT\", \"v=spf1 +all\"]],"
    "\"tc.example\": [[\"BEHAVE\", \"truncate\", \"TXT\"],"
    "                 [\"TXT\", \"v=spf1 ip4:192.0.2.1 -all\"]],"
    "\"tconly.example\": [[\"BEHAVE\", \"truncate-only\", \"TXT\"],"
    "                     [\"TXT\", \"v=spf1 +all\"]],"
    "\"loop.example\": [[\"CNAME\", \"pool.example\"]],"
    "\"pool.example\": [[\"CNAME\", \"loop.example\"]],"
    "\"alias.example\": [[\"CNAME\", \"pass.example\"]],"
    "\"mx.example\": [[\"TXT\", \"v=spf1 mx -all\"],"
    "                 [\"MX\", 10, \"host.example\"],"
    "                 [\"MX\", 20, \"gone.example\"]],"
    "\"host.example\": [[\"A\", \"192.0.2.1\"],"
    "                   [\"AAAA\", \"2001:db8::1\"]],"
    "\"a.example\": [[\"TXT\", \"v=spf1 a:host.example -all\"]],"
    "\"void2.example\": [[\"TXT\", \"v=spf1 a:no1.example a:no2.example"
    " ip4:192.0.2.1 -all\"]],"
    "\"void3.example\": [[\"TXT\", \"v=spf1 a:no1.example a:no2.example"
    " a:no3.example ip4:192.0.2.1 -all\"]],"
    "\"ten.example\": [[\"TXT\", \"v=spf1 a:h.example a:h.example a:h.example"
    " a:h.example a:h.example a:h.example a:h.example a:h.example"
    " a:h.example a:host.example -all\"]],"
    "\"eleven.example\": [[\"TXT\", \"v=spf1 a:h.example a:h.example"
    " a:h.example a:h.example a:h.example a:h.example a:h.example"
    " a:h.example a:h.example a:h.example a:host.example -all\"]],"
    "\"h.example\": [[\"A\", \"198.51.100.9\"]],"
    "\"self.example\": [[\"TXT\", \"v=spf1 include:self2.example -all\"]],"
    "\"self2.example\": [[\"TXT\", \"v=spf1 include:self.example -all\"]],"
    "\"wide.example\": [[\"TXT\", \"v=spf1 include:w.example"
    " include:w.example include:w.example -all\"]],"
    "\"w.example\": [[\"TXT\", \"v=spf1 a:h.example a:h.example a:h.example"
    " -all\"]],"
    "\"exp.example\": [[\"TXT\", \"v=spf1 -all exp=words.example\"]],"
    "\"words.example\": [[\"TXT\", \"%{i} is bad\"]],"
    "\"include.example\": [[\"TXT\", \"v=spf1 include:big.example -all\"]],"
    "\"local.example\": [[\"TXT\", \"v=spf1 exists:%{l}.x.example -all\"]],"
    "\"user.x.example\": [[\"A\", \"127.0.0.2\"]]";

static const struct {
	const char *ip, *helo, *sender;
	enum fact fact;
	const char *why; /* must be in the reason */
} cases[] = {
	{ "192.0.2.1", "h", "u@pass.example", FACT_SPF_PASS, "192.0.2.1" },
	{ "::ffff:192.0.2.1", "h", "u@pass.example", FACT_SPF_PASS, "" },
	{ "192.0.2.2", "h", "u@pass.example", FACT_SPF_FAIL, "forbidden" },
	{ "192.0.2.1", "pass.example", "", FACT_SPF_PASS, "" },
	{ "192.0.2.2", "pass.example", "", FACT_SPF_FAIL, "" },
	{ "192.0.2.2", "pass.example", "u@soft.example", FACT_SPF_SOFTFAIL,
	    "" },
	{ "192.0.2.2", "h", "u@neutral.example", FACT_SPF_NEUTRAL, "" },
	{ "192.0.2.2", "h", "u@bare.example", FACT_SPF_NEUTRAL, "" },
	{ "192.0.2.2", "h", "u@norecord.example", FACT_SPF_NONE, "no SPF" },
	{ "192.0.2.2", "h", "u@nowhere.example", FACT_SPF_NONE, "no SPF" },
	{ "192.0.2.2", "h", "u@two.example", FACT_SPF_PERMERROR, "" },
	{ "192.0.2.1", "h", "u@parts.example", FACT_SPF_PASS, "" },
	{ "192.0.2.1", "h", "u@binary.example", FACT_SPF_PERMERROR, "ASCII" },
	{ "192.0.2.1", "h", "u@nul.example", FACT_SPF_PERMERROR, "ASCII" },
	{ "192.0.2.1", "h", "u@syntax.example", FACT_SPF_PERMERROR, "" },
	{ "192.0.2.1", "h", "u@servfail.example", FACT_SPF_TEMPERROR,
	    "servfail.example" },
	{ "192.0.2.1", "h", "u@refused.example", FACT_SPF_TEMPERROR,
	    "refused.example" },
	{ "192.0.2.1", "h", "u@loop.example", FACT_SPF_TEMPERROR, "" },
	{ "192.0.2.1", "h", "u@alias.example", FACT_SPF_PASS, "" },
	{ "192.0.2.1", "h", "u@tc.example", FACT_SPF_PASS, "" },
	{ "192.0.2.1", "h", "u@mx.example", FACT_SPF_PASS, "" },
	{ "2001:db8::1", "h", "u@mx.example", FACT_SPF_PASS, "" },
	{ "2001:db8::2", "h", "u@mx.example", FACT_SPF_FAIL, "" },
	{ "2001:db8::1", "h", "u@a.example", FACT_SPF_PASS, "" },
	{ "192.0.2.1", "h", "u@void2.example", FACT_SPF_PASS, "" },
	{ "192.0.2.1", "h", "u@void3.example", FACT_SPF_PERMERROR, "in vain" },
	{ "192.0.2.1", "h", "u@ten.example", FACT_SPF_PASS, "" },
	{ "192.0.2.1", "h", "u@eleven.example", FACT_SPF_PERMERROR, "over 10" },
	{ "192.0.2.1", "h", "u@self.example", FACT_SPF_PERMERROR, "over 10" },
	{ "192.0.2.1", "h", "u@wide.example", FACT_SPF_PERMERROR, "over 10" },
	{ "192.0.2.1", "h", "u@exp.example", FACT_SPF_FAIL, "" },
	{ "192.0.2.1", "h", "user@local.example", FACT_SPF_PASS, "" },
	{ "192.0.2.1", "h", "other@local.example", FACT_SPF_FAIL, "" },
	{ "127.0.0.1", "h", "u@pass.example", FACT_SPF_NONE, "machine" },
	{ "::1", "h", "u@pass.example", FACT_SPF_NONE, "machine" },
	{ "", "h", "u@pass.example", FACT_SPF_NONE, "address" },
	{ "192.0.2.1", "h", "u@[192.0.2.1]", FACT_SPF_NONE, "domain" },
	{ "192.0.2.1", "localhost", "", FACT_SPF_NONE, "domain" },
	{ "192.0.2.1", "h", "root", FACT_SPF_NONE, "domain" },
	{ "192.0.2.1", "h", "u@big.example", FACT_SPF_PERMERROR, "1024" },
	{ "192.0.2.1", "h", "u@include.example", FACT_SPF_PERMERROR, "1024" },
	{ "192.0.2.1", "h", "u@edge.example", FACT_SPF_PASS, "" },
	{ "192.0.2.1", "h", "u@over.example", FACT_SPF_PERMERROR, "1025" },
	{ "192.0.2.1", "h", "u@macros20.example", FACT_SPF_FAIL, "" },
	{ "192.0.2.1", "h", "u@macros21.example", FACT_SPF_PERMERROR,
	    "21 macros" },
};

static void
ask(const char *ip, const char *helo, const char *sender, struct spf_answer *a)
{
	struct spf_question q = { ip, helo, sender };

	spf_check(&q, clock_ms() + BUDGET_MS, a);
}

static void
senders_are_judged(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct spf_answer a;

		ask(cases[i].ip, cases[i].helo, cases[i].sender, &a);
		if (a.fact != cases[i].fact ||
		    strstr(a.why, cases[i].why) == NULL)
			fail_msg("%s from %s: %s (%s)", cases[i].sender,
			    cases[i].ip, fact_row(a.fact)->name, a.why);
	}
	/* The sender's explanation is not even fetched. */
	assert_int_equal(0,
	    nameserver_asked(&nameserver, "udp TXT words.example"));
}

/* Silence costs the budget and no more, and the next sender does not suffer:
 * without the short memory of servers, one silent domain takes the forwarder
 * away from all others for minutes. */
static void
late_is_temperror(void **unused)
{
	static const char *const late[] = { "u@silent.example",
		"u@drip.example", "u@tconly.example" };

	(void)unused;
	for (size_t i = 0; i < COUNT(late); i++) {
		struct spf_question q = { "192.0.2.1", "h", late[i] };
		struct spf_answer a;
		int64_t begin = clock_ms();

		spf_check(&q, begin + 700, &a);
		assert_int_equal(FACT_SPF_TEMPERROR, a.fact);
		assert_true(clock_ms() - begin < 3000);
		ask("192.0.2.1", "h", "u@soft.example", &a);
		assert_int_equal(FACT_SPF_SOFTFAIL, a.fact);
	}
}

static void
add_repeated(struct buf *b, const char *s, size_t times)
{
	for (size_t i = 0; i < times; i++)
		buf_string(b, s);
}

/* The record that ends Debian's libspf2 1.2.10 ("stack smashing detected"),
 * and records at the borders. */
static void
add_long_records(struct buf *b)
{
	buf_string(b, ",\"big.example\": [[\"TXT\", \"v=spf1 a:");
	add_repeated(b, "%{d}", 127);
	add_repeated(b, "x", 4500);
	buf_string(b, " -all\"]],\"edge.example\": [[\"TXT\","
		      "\"v=spf1 ip4:192.0.2.1");
	add_repeated(b, " ", 1024 - 20 - 5);
	buf_string(b, " -all\"]],\"over.example\": [[\"TXT\","
		      "\"v=spf1 ip4:192.0.2.1");
	add_repeated(b, " ", 1025 - 20 - 5);
	buf_string(b, " -all\"]],\"macros20.example\": [[\"TXT\","
		      "\"v=spf1 exists:x");
	add_repeated(b, "%{h}", 20);
	buf_string(b, " -all\"]],\"macros21.example\": [[\"TXT\","
		      "\"v=spf1 exists:x");
	add_repeated(b, "%{h}", 21);
	buf_string(b, " -all\"]]}");
}

static void
open_all(char *address)
{
	struct conf conf = { .dns_servers = { &address, 1 } };
	struct reason why;

	if (resolve_open(&conf, &why) == -1 || spf_open(&why) == -1) {
		fprintf(stderr, "%s\n", why.text);
		exit(1);
	}
}

/* For tests/lookup/rfc7208: "IP HELO SENDER" with tabs between them on each
 * line, answered by the result's name and the reason. */
static int
answer_lines(char *address)
{
	char line[4096];

	open_all(address);
	while (fgets(line, sizeof line, stdin) != NULL) {
		char *rest = line, *ip = strsep(&rest, "\t\n");
		char *helo = strsep(&rest, "\t\n");
		char *sender = strsep(&rest, "\t\n");
		struct spf_answer a;

		ask(ip, helo, sender, &a);
		printf("%s\t%s\n", fact_row(a.fact)->name, a.why);
		fflush(stdout);
	}
	spf_close();
	resolve_close();
	return 0;
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(senders_are_judged),
		cmocka_unit_test(late_is_temperror),
	};
	struct buf zone;
	int result;

	if (argc == 3 && strcmp(argv[1], "--ask") == 0)
		return answer_lines(argv[2]);
	buf_init(&zone, 1 << 16);
	buf_string(&zone, fixed_zone);
	add_long_records(&zone);
	nameserver_start(&nameserver, buf_text(&zone));
	buf_free(&zone);
	open_all(nameserver.address);
	result = cmocka_run_group_tests(tests, NULL, NULL);
	spf_close();
	resolve_close();
	nameserver_stop(&nameserver);
	return result;
}
