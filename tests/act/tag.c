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

/* What the MTA is told to do to a message that goes on. %I stands for the
 * message's identifier. */
static const struct {
	enum verdict_kind kind;
	bool inside;
	const char *prefix, *message, *log;
} cases[] = {
	{ VERDICT_DELIVER, true, "", "Subject: s\r\n\r\n", "" },
	{ VERDICT_DELIVER, false, "", "Subject: s\r\n\r\n",
	    "insert Authentication-Results: gate.test;\n"
	    "\tspf=pass smtp.mailfrom=out.test\n" },
	{ VERDICT_DELIVER, true, "",
	    "X-Sekimori-Id: forged\r\nA: b\r\nx-sekimori-id: again\r\n"
	    "X-Sekimori-Release: t\r\n\r\n",
	    "change X-Sekimori-Release 1 (removed)\n"
	    "change x-sekimori-id 2 (removed)\n"
	    "change X-Sekimori-Id 1 (removed)\n" },
	{ VERDICT_DELIVER, true, "",
	    "Authentication-Results: gate.test; spf=pass\r\n"
	    "Authentication-Results: other.test; spf=pass\r\n"
	    "Authentication-Results:\r\n (x;y) GATE.test 1;\r\n dkim=pass\r\n"
	    "\r\n",
	    "change Authentication-Results 3 (removed)\n"
	    "change Authentication-Results 1 (removed)\n" },
	{ VERDICT_TAG, true, "", "Subject: a \r\n =?x?=\r\n\r\n",
	    "add X-Sekimori-Verdict: tag (a rule)\n"
	    "add X-Sekimori-Id: %I\n"
	    "add X-Sekimori-Facts: spf.pass,\n\tvirus\n"
	    "change Subject 1 [SUSPICIOUS] a \n =?x?=\n" },
	{ VERDICT_TAG, true, "[!]", "From: x\r\n\r\n",
	    "add X-Sekimori-Verdict: tag (a rule)\n"
	    "add X-Sekimori-Id: %I\n"
	    "add X-Sekimori-Facts: spf.pass,\n\tvirus\n"
	    "add Subject: [!]\n" },
	{ VERDICT_TAG, true, "[注意]", "subject:x\r\nSubject: y\r\n\r\n",
	    "add X-Sekimori-Verdict: tag (a rule)\n"
	    "add X-Sekimori-Id: %I\n"
	    "add X-Sekimori-Facts: spf.pass,\n\tvirus\n"
	    "change Subject 1 =?UTF-8?B?W+azqOaEj10=?= x\n"
	    "change Subject 2 =?UTF-8?B?W+azqOaEj10=?= y\n" },
	{ VERDICT_TAG, true, "ああああああああああああああああ",
	    "Subject: y\r\n\r\n",
	    "add X-Sekimori-Verdict: tag (a rule)\n"
	    "add X-Sekimori-Id: %I\n"
	    "add X-Sekimori-Facts: spf.pass,\n\tvirus\n"
	    "change Subject 1 =?UTF-8?B?44GC44GC44GC44GC44GC44GC44GC44GC"
	    "44GC44GC44GC44GC44GC44GC44GC?= =?UTF-8?B?44GC?= y\n" },
	{ VERDICT_ENCRYPT, true, "",
	    "Content-Type: a\r\nMIME-Version: 1.0\r\nSubject: s\r\n"
	    "keywords: told\r\nMessage-ID: m\r\n"
	    "content-type: b\r\nContent-Description: told\r\n\r\nCLEAR\r\n",
	    "body SEALED\r\n\n"
	    "change Content-Description 1 (removed)\n"
	    "change content-type 2 (removed)\n"
	    "change MIME-Version 1 (removed)\n"
	    "change Content-Type 1 (removed)\n"
	    "change keywords 1 (removed)\n"
	    "change Subject 1 [...]\n"
	    "add MIME-Version: 1.0\n"
	    "add Content-Type: sealed;\n\tb=c\n" },
};

static void
expected(char *out, size_t size, const char *log, const char *id)
{
	const char *mark = strstr(log, "%I");

	if (mark == NULL)
		snprintf(out, size, "%s", log);
	else
		snprintf(out, size, "%.*s%s%s", (int)(mark - log), log, id,
		    mark + 2);
}

static void
try(size_t i, struct conf *conf, const struct findings *f)
{
	struct envelope *e = world_envelope(1, cases[i].inside);
	struct verdict v = { .kind = cases[i].kind,
		.rule = "a rule",
		.prefix = cases[i].prefix };
	struct plan *plan = act_plan_from(&v, 1);
	struct act a = { .mta = &world_mta,
		.conf = conf,
		.envelope = e,
		.findings = f,
		.message = world_message(cases[i].message),
		.started = clock_ms() };
	char line[1024], log[4096];

	world_reset();
	assert_int_equal(SMFIS_CONTINUE,
	    act_carry_out(&a, plan, line, sizeof line));
	expected(log, sizeof log, cases[i].log, e->id);
	assert_string_equal(log, world.log);
	close(a.message);
	act_plan_free(&plan);
	envelope_free(&e);
}

static void
the_message_is_changed_so(void **unused)
{
	struct reason why;
	struct conf *conf = conf_load(NULL, &why);
	struct findings *f = findings_new();

	(void)unused;
	free(conf->authserv_id);
	conf->authserv_id = strdup("gate.test");
	findings_fact(f, FACT_SPF_PASS, -1, 0, "%s",
	    "smtp.mailfrom=out.test (allowed)");
	findings_fact(f, FACT_VIRUS, -1, 0, "Eicar");
	findings_fact(f, FACT_VIRUS, -1, 0, "Eicar");
	f->finished = true;
	for (size_t i = 0; i < COUNT(cases); i++)
		try(i, conf, f);
	findings_free(&f);
	conf_free(&conf);
}

/* What the signer wrote must not become a result. */
static const struct {
	enum fact fact;
	bool inside;
	const char *evidence, *log;
} signatures[] = {
	{ FACT_SIGNATURE_GOOD, false,
	    "body.smime-identifier=a@out.test RSA of 2048 bits",
	    "insert X-Sekimori-Signature: good; signer=a@out.test\n"
	    "insert Authentication-Results: gate.test;\n"
	    "\tsmime=pass body.smime-identifier=a@out.test\n" },
	{ FACT_SIGNATURE_OTHER, false,
	    "body.smime-identifier=b@out.test the certificate is not for a",
	    "insert X-Sekimori-Signature: other; signer=b@out.test\n"
	    "insert Authentication-Results: gate.test;\n"
	    "\tsmime=policy body.smime-identifier=b@out.test\n" },
	{ FACT_SIGNATURE_UNKNOWN, false,
	    "body.smime-identifier=a@out.test self-signed certificate",
	    "insert X-Sekimori-Signature: unknown\n"
	    "insert Authentication-Results: gate.test;\n"
	    "\tsmime=policy body.smime-identifier=a@out.test\n" },
	{ FACT_SIGNATURE_BAD, false, "body.x-openpgp-part=2 Bad signature",
	    "insert X-Sekimori-Signature: bad\n"
	    "insert Authentication-Results: gate.test;\n"
	    "\tx-openpgp=fail body.x-openpgp-part=2\n" },
	{ FACT_SIGNATURE_WEAK, false,
	    "body.smime-identifier=a;smime=pass signed with SHA1",
	    "insert X-Sekimori-Signature: weak\n"
	    "insert Authentication-Results: gate.test;\n\tsmime=policy\n" },
	{ FACT_SIGNATURE_UNCLEAR, false, "body.smime-part=2 two From fields",
	    "insert X-Sekimori-Signature: unclear\n"
	    "insert Authentication-Results: gate.test;\n"
	    "\tsmime=neutral body.smime-part=2\n" },
	{ FACT_SIGNATURE_UNCHECKED, false, "closed the connection",
	    "insert X-Sekimori-Signature: unchecked\n" },
	{ FACT_SIGNATURE_GOOD, true, "body.smime-identifier=a@out.test", "" },
};

static void
a_signature_is_shown_so(void **unused)
{
	static const struct verdict v = { .kind = VERDICT_DELIVER,
		.rule = "a rule",
		.prefix = "" };
	struct reason why;
	struct conf *conf = conf_load(NULL, &why);
	char line[1024];

	(void)unused;
	free(conf->authserv_id);
	conf->authserv_id = strdup("gate.test");
	for (size_t i = 0; i < COUNT(signatures); i++) {
		struct envelope *e = world_envelope(1, signatures[i].inside);
		struct plan *plan = act_plan_from(&v, 1);
		struct findings *f = findings_new();
		struct act a = { .mta = &world_mta,
			.conf = conf,
			.envelope = e,
			.findings = f,
			.message = world_message("Subject: s\r\n\r\n"),
			.started = clock_ms() };

		f->finished = true;
		findings_fact(f, signatures[i].fact, -1, 0, "%s",
		    signatures[i].evidence);
		world_reset();
		assert_int_equal(SMFIS_CONTINUE,
		    act_carry_out(&a, plan, line, sizeof line));
		assert_string_equal(signatures[i].log, world.log);
		close(a.message);
		act_plan_free(&plan);
		findings_free(&f);
		envelope_free(&e);
	}
	conf_free(&conf);
}

/* What the sender wrote must not end a line of the reply, or be a format. */
static void
a_reply_is_made_safe(void **unused)
{
	struct mta_reply r = { .code = "550", .extended = "5.7.1" };
	char huge[1000];

	(void)unused;
	memset(huge, 'x', sizeof huge);
	huge[sizeof huge - 1] = '\0';
	mta_line(&r, "%s", "a\r\n250 ok %s \xe3\x81\x82");
	mta_line(&r, "%s", huge);
	assert_string_equal("a??250 ok %s ???", r.lines[0]);
	assert_int_equal(MTA_LINE - 1, strlen(r.lines[1]));
	for (int i = 0; i < 2 * MTA_LINES; i++)
		mta_line(&r, "line %d", i);
	assert_int_equal(MTA_LINES, r.count);
	assert_non_null(strstr(r.lines[MTA_LINES - 1], "more"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_message_is_changed_so),
		cmocka_unit_test(a_signature_is_shown_so),
		cmocka_unit_test(a_reply_is_made_safe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
