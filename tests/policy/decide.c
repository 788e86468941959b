/* SPDX-License-Identifier: ISC */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "milter/base/count.h"
#include "policy/policy.h"

/* "default" is a file of the source, the presets made of it are built. */
static struct policy *
shipped(const char *name)
{
	char path[4096];
	struct reason why = { "" };
	struct policy *p;

	snprintf(path, sizeof path, "%s/policy/%s.policy",
	    getenv(
		strcmp(name, "default") == 0 ? "top_srcdir" : "top_builddir"),
	    name);
	p = policy_load(path, &why);
	if (p == NULL)
		fail_msg("%s", why.text);
	return p;
}

static struct policy *
rules(const char *text)
{
	char path[] = "/tmp/sekimori-decide-XXXXXX";
	int fd = mkstemp(path);
	struct reason why = { "" };
	struct policy *p;

	assert_int_not_equal(-1, fd);
	dprintf(fd, "policy \"t\"\n%s", text);
	close(fd);
	p = policy_load(path, &why);
	unlink(path);
	if (p == NULL)
		fail_msg("%s", why.text);
	return p;
}

static enum direction
direction_named(const char *name)
{
	int i = DIRECTION_INBOUND;

	while (strcmp(direction_name((enum direction)i), name) != 0)
		assert_true(++i <= DIRECTION_INTERNAL);
	return (enum direction)i;
}

static struct envelope *
mail(const char *sender, const char *rcpt, enum direction direction)
{
	struct envelope *e = envelope_new(1);
	struct reason why;

	assert_int_equal(0, envelope_sender(e, sender, "", &why));
	assert_int_equal(0, envelope_rcpt(e, rcpt, "", &why));
	e->rcpts[0].direction = direction;
	return e;
}

/* Facts by their names with blanks between; "-" for none. */
static struct findings *
facts(const char *names)
{
	struct findings *f = findings_new();
	char list[512], *rest = list, *name;

	snprintf(list, sizeof list, "%s", names);
	f->finished = true;
	while ((name = strsep(&rest, " ")) != NULL) {
		enum fact fact = fact_named(name);

		if (*name == '\0' || strcmp(name, "-") == 0)
			continue;
		if (fact == FACT_COUNT)
			fail_msg("no fact %s", name);
		findings_fact(f, fact, -1, 0, "Eicar");
	}
	return f;
}

static void
run_case(const struct policy *p, const char *file, int n, const char *line)
{
	char found[256], direction[16], from[64], to[64], verdict[16], rule[64];
	struct envelope *e;
	struct findings *f;
	struct verdict v;

	if (sscanf(line, "%255[^;]; %15s ; %63s ; %63s -> %15s %63s", found,
		direction, from, to, verdict, rule) != 6)
		fail_msg("%s:%d: no case: %s", file, n, line);
	f = facts(found);
	e = mail(from, to, direction_named(direction));
	policy_decide(p, f, e, 0, &v);
	if (strcmp(verdict, verdict_name(v.kind)) != 0 ||
	    strcmp(rule, v.rule) != 0)
		fail_msg("%s:%d: %s by %s", file, n, verdict_name(v.kind),
		    v.rule);
	findings_free(&f);
	envelope_free(&e);
}

static void
run_file(const char *path)
{
	FILE *in = fopen(path, "r");
	char line[1024], name[64];
	struct policy *p;

	snprintf(name, sizeof name, "%.*s",
	    (int)(strlen(strrchr(path, '/') + 1) - strlen(".case")),
	    strrchr(path, '/') + 1);
	p = shipped(name);

	assert_non_null(in);
	for (int n = 1; fgets(line, sizeof line, in) != NULL; n++)
		if (*line != '#' && *line != '\n')
			run_case(p, path, n, line);
	fclose(in);
	policy_free(&p);
}

/* tests/policy/NAME.case says what NAME.policy makes of some mails. */
static void
cases_hold(void **unused)
{
	char pattern[4096];
	glob_t found;

	(void)unused;
	snprintf(pattern, sizeof pattern, "%s/tests/policy/*.case",
	    getenv("top_srcdir"));
	assert_int_equal(0, glob(pattern, 0, NULL, &found));
	for (size_t i = 0; i < found.gl_pathc; i++)
		run_file(found.gl_pathv[i]);
	assert_int_equal(3, found.gl_pathc);
	globfree(&found);
}

/* One rule that quarantines if its condition holds; default deliver. */
static const struct {
	const char *when;
	const char *facts;
	bool holds;
} conditions[] = {
	{ "virus", "virus", true },
	{ "not virus", "virus", false },
	{ "not virus", "-", true },
	{ "virus or spf.fail and spf.pass", "virus", true },
	{ "(virus or spf.fail) and spf.pass", "virus", false },
	{ "not (virus or spf.fail)", "spf.fail", false },
	{ "not virus and not spf.fail", "-", true },
	{ "severity medium", "spf.fail", true },
	{ "severity medium", "spf.softfail", false },
	{ "severity high", "-", false },
	{ "severity info", "-", false },
	{ "score at least 5", "spf.fail spf.softfail", true },
	{ "score at least 6", "spf.fail spf.softfail", false },
	{ "score at least 5", "spf.fail spf.fail", false },
	{ "direction is inbound", "-", true },
	{ "direction is outbound", "-", false },
	{ "sender domain is out.example", "-", true },
	{ "sender domain is \"OUT.example\"", "-", true },
	{ "sender domain is example", "-", false },
	{ "sender domain is .example", "-", true },
	{ "sender domain is .xample", "-", false },
	{ "sender domain in domains", "-", true },
	{ "sender is \"A@out.example\"", "-", true },
	{ "sender is \"\"", "-", false },
	{ "sender in people", "-", true },
	{ "recipient domain is in.example", "-", true },
	{ "recipient is \"b@in.example\"", "-", true },
	{ "recipient is \"c@in.example\"", "-", false },
	{ "client in 192.0.2.0/24", "-", true },
	{ "client in 198.51.100.0/24", "-", false },
	{ "authenticated", "-", false },
	{ "encrypted transport", "-", true },
	{ "evidence of virus has \"eIcAr\"", "virus", true },
	{ "evidence of virus has \"eicar\"", "spf.fail", false },
	{ "evidence of virus has \"other\"", "virus", false },
	{ "always", "-", true },
};

static void
conditions_hold(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < COUNT(conditions); i++) {
		char text[1024];
		struct envelope *e =
		    mail("a@out.example", "b@in.example", DIRECTION_INBOUND);
		struct findings *f = facts(conditions[i].facts);
		struct policy *p;
		struct verdict v;

		snprintf(text, sizeof text,
		    "default deliver score spf.fail 4 score spf.softfail 1\n"
		    "list domains \"out.example\" \"b.example\" \"z.y\" \"a.b\"\n"
		    "list people \"x@y.example\" \"a@out.example\"\n"
		    "rule r when %s\nthen quarantine class \"x\" because "
		    "\"b\"\n",
		    conditions[i].when);
		p = rules(text);
		envelope_text(&e->client_ip, "192.0.2.1");
		envelope_text(&e->tls_version, "TLSv1.3");
		policy_decide(p, f, e, 0, &v);
		if ((v.kind == VERDICT_QUARANTINE) != conditions[i].holds)
			fail_msg("%s", conditions[i].when);
		policy_free(&p);
		findings_free(&f);
		envelope_free(&e);
	}
}

static void
decide(const char *text, const char *names, struct verdict *v, bool finished)
{
	struct policy *p = rules(text);
	struct findings *f = facts(names);
	struct envelope *e =
	    mail("b@in.example", "a@out.example", DIRECTION_OUTBOUND);
	static char rule[64], class[64];

	f->finished = finished;
	policy_decide(p, f, e, 0, v);
	snprintf(rule, sizeof rule, "%s", v->rule);
	v->rule = rule;
	snprintf(class, sizeof class, "%s", v->class);
	v->class = class;
	policy_free(&p);
	findings_free(&f);
	envelope_free(&e);
}

#define BECAUSE " because \"b\"\n"

static void
observed_rules_only_watch(void **unused)
{
	struct verdict v;

	(void)unused;
	decide("default deliver\n"
	       "rule a observe when virus then defer" BECAUSE
	       "rule b observe when spf.fail then defer" BECAUSE
	       "rule c when virus then tag" BECAUSE
	       "rule d observe when virus then defer" BECAUSE,
	    "virus", &v, true);
	assert_string_equal("c", v.rule);
	assert_int_equal(1, v.observed_count);
	assert_int_equal(VERDICT_DEFER, v.observed[0].kind);
}

/* Inspection did not finish, and no rule says that it may go on. */
static const struct {
	const char *rules, *facts, *decided;
	enum verdict_kind kind;
} unfinished[] = {
	{ "default deliver\n", "-", "(unfinished)", VERDICT_DEFER },
	{ "default quarantine class \"x\"\n", "-", "(default)",
	    VERDICT_QUARANTINE },
	{ "default deliver rule r when always then tag" BECAUSE, "-",
	    "(unfinished)", VERDICT_DEFER },
	{ "default deliver rule r when severity high then tag" BECAUSE, "-",
	    "(unfinished)", VERDICT_DEFER },
	{ "default deliver rule r when not scan.unfinished or virus then "
	  "deliver" BECAUSE,
	    "virus", "(unfinished)", VERDICT_DEFER },
	{ "default deliver rule r when virus then encrypt" BECAUSE, "virus",
	    "(unfinished)", VERDICT_DEFER },
	{ "default deliver rule r when virus then refuse text \"x\"" BECAUSE,
	    "virus", "r", VERDICT_REFUSE },
	{ "default deliver rule r when scan.unfinished then tag" BECAUSE, "-",
	    "r", VERDICT_TAG },
};

static void
unfinished_is_not_clean(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < COUNT(unfinished); i++) {
		struct verdict v;

		decide(unfinished[i].rules, unfinished[i].facts, &v, false);
		if (v.kind != unfinished[i].kind ||
		    strcmp(v.rule, unfinished[i].decided) != 0)
			fail_msg("row %zu: %s by %s", i, verdict_name(v.kind),
			    v.rule);
	}
}

static void
encryption_is_a_floor(void **unused)
{
	struct verdict v;
	const char *text = "default deliver\n"
			   "rule r when virus then refuse text \"x\"" BECAUSE
			   "rule a when always then deliver" BECAUSE
			   "rule o observe when label.c3 then encrypt" BECAUSE
			   "rule e when label.c2 then encrypt" BECAUSE;

	(void)unused;
	decide(text, "label.c2", &v, true);
	assert_int_equal(VERDICT_ENCRYPT, v.kind);
	assert_string_equal("e", v.rule);
	decide(text, "label.c3", &v, true);
	assert_int_equal(VERDICT_DELIVER, v.kind);
	decide(text, "label.c2 virus", &v, true);
	assert_int_equal(VERDICT_REFUSE, v.kind);
}

/* A rule tells what is dangerous by what it asks for, whatever way it asks. */
static void
sanitise_says_what_to_take_out(void **unused)
{
	static const struct {
		const char *when;
		bool virus, vba, spf;
	} asked[] = {
		{ "virus", true, false, false },
		{ "not spf.pass and (virus or macro.vba)", true, true, false },
		{ "severity high", true, false, false },
		{ "score at least 3", false, true, false },
		{ "evidence of macro.vba has \"x\" or spf.pass or virus", true,
		    true, true },
	};
	char text[512];
	struct verdict v;

	(void)unused;
	for (size_t i = 0; i < COUNT(asked); i++) {
		snprintf(text, sizeof text,
		    "default deliver\nscore macro.vba 3\nscore spf.pass -1\n"
		    "rule s when %s then sanitise class \"c\"" BECAUSE,
		    asked[i].when);
		decide(text, "virus macro.vba", &v, true);
		assert_int_equal(VERDICT_SANITISE, v.kind);
		assert_string_equal("c", v.class);
		assert_int_equal(asked[i].virus, v.named[FACT_VIRUS]);
		assert_int_equal(asked[i].vba, v.named[FACT_MACRO_VBA]);
		assert_int_equal(asked[i].spf, v.named[FACT_SPF_PASS]);
		decide(text, "virus macro.vba", &v, false);
		assert_int_equal(VERDICT_DEFER, v.kind);
	}
}

/* Neither encrypted with the dangerous parts, nor in the clear without. */
static void
sanitised_mail_that_must_be_encrypted_is_held(void **unused)
{
	const char *text = "default deliver\n"
			   "rule s when virus then sanitise class \"c\"" BECAUSE
			   "rule e when label.c2 then encrypt" BECAUSE;
	struct verdict v;

	(void)unused;
	decide(text, "virus label.c2", &v, true);
	assert_int_equal(VERDICT_QUARANTINE, v.kind);
	assert_string_equal("s", v.rule);
	decide(text, "virus", &v, true);
	assert_int_equal(VERDICT_SANITISE, v.kind);
}

/* First time to think; then what must be encrypted is, and what was not
 * inspected is deferred, before and behind. */
static void
held_mail_is_judged_without_the_rule(void **unused)
{
	struct policy *p = rules("default deliver\n"
				 "rule h when always then hold 10m" BECAUSE
				 "rule e when label.c2 then encrypt" BECAUSE);
	static const struct {
		enum direction direction;
		bool waited, finished;
		const char *facts;
		enum verdict_kind kind;
	} cases[] = {
		{ DIRECTION_OUTBOUND, false, true, "label.c2", VERDICT_HOLD },
		{ DIRECTION_OUTBOUND, true, true, "label.c2", VERDICT_ENCRYPT },
		{ DIRECTION_OUTBOUND, true, true, "-", VERDICT_DELIVER },
		{ DIRECTION_OUTBOUND, false, false, "-", VERDICT_DEFER },
		{ DIRECTION_OUTBOUND, true, false, "label.c2", VERDICT_DEFER },
		{ DIRECTION_INBOUND, false, true, "-", VERDICT_DELIVER },
		{ DIRECTION_INTERNAL, false, true, "-", VERDICT_DELIVER },
	};

	(void)unused;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct envelope *e =
		    mail("b@in.example", "a@out.example", cases[i].direction);
		struct findings *f = facts(cases[i].facts);
		struct verdict v;

		f->finished = cases[i].finished;
		e->waited = cases[i].waited;
		policy_decide(p, f, e, 0, &v);
		assert_int_equal(cases[i].kind, v.kind);
		if (v.kind == VERDICT_HOLD) {
			assert_int_equal(600, v.seconds);
			assert_string_equal("hold", v.class);
		}
		findings_free(&f);
		envelope_free(&e);
	}
	policy_free(&p);
}

/* Whatever else is found, a labelled mail never leaves in the clear, and one
 * that is not finished never leaves at all. */
static void
labelled_mail_never_leaves_in_the_clear(void **unused)
{
	static const enum fact labels[] = { FACT_LABEL_C2, FACT_LABEL_C3,
		FACT_LABEL_ENCRYPT, FACT_LABEL_QUOTED, FACT_THREAD_PROTECTED,
		FACT_PERSONAL_NUMBER, FACT_PERSONAL_CARD, FACT_PERSONAL_TABLE };
	struct policy *p = shipped("default");
	struct envelope *e =
	    mail("b@in.example", "a@out.example", DIRECTION_OUTBOUND);
	unsigned seed = 20261123;

	(void)unused;
	for (int n = 0; n < 20000; n++) {
		struct findings *f = findings_new();
		struct verdict v;

		f->finished = n % 5 != 0;
		findings_fact(f, labels[(unsigned)n % COUNT(labels)], -1, 0,
		    "%s", "");
		for (int i = n % 9; i > 0; i--)
			findings_fact(f,
			    (enum fact)(rand_r(&seed) % FACT_COUNT), -1, 0,
			    "%s", "");
		policy_decide(p, f, e, 0, &v);
		assert_true(v.kind >= VERDICT_ENCRYPT);
		if (!f->finished)
			assert_int_equal(VERDICT_DEFER, v.kind);
		findings_free(&f);
	}
	envelope_free(&e);
	policy_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cases_hold),
		cmocka_unit_test(conditions_hold),
		cmocka_unit_test(observed_rules_only_watch),
		cmocka_unit_test(unfinished_is_not_clean),
		cmocka_unit_test(encryption_is_a_floor),
		cmocka_unit_test(sanitise_says_what_to_take_out),
		cmocka_unit_test(held_mail_is_judged_without_the_rule),
		cmocka_unit_test(sanitised_mail_that_must_be_encrypted_is_held),
		cmocka_unit_test(labelled_mail_never_leaves_in_the_clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
