/* SPDX-License-Identifier: ISC */
#include <fcntl.h>
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
#include "milter/base/file.h"
#include "policy/policy.h"

#define HEAD "policy \"t\"\ndefault deliver\n"
#define BECAUSE " because \"b\"\n"
#define RULE(name, when, then) "rule " name " when " when " then " then BECAUSE

static char *
written(const char *text, size_t len)
{
	char *path = strdup("/tmp/sekimori-rules-XXXXXX");
	int fd = mkstemp(path);
	struct reason why;

	assert_int_not_equal(-1, fd);
	assert_int_equal(0, file_write(fd, text, len, &why));
	close(fd);
	return path;
}

static struct policy *
load(const char *text, char **path, struct reason *why)
{
	struct policy *p;

	*path = written(text, strlen(text));
	p = policy_load(*path, why);
	unlink(*path);
	return p;
}

/* A bad policy and what is said of it behind the file's name. */
static const struct {
	const char *text, *error;
} bad[] = {
	{ "", ":1: the policy has no name: policy \"...\"" },
	{ "policy \"t\"\n", ":2: the policy has no default: default deliver" },
	{ HEAD "default deliver\n", ":3: the default is in line 2 already" },
	{ HEAD "policy \"u\"\n", ":3: the policy has a name already: \"t\"" },
	{ HEAD "ruel a\n",
	    ":3: policy, list, score, default or rule is expected, not "
	    "\"ruel\", did you mean \"rule\"?" },
	{ HEAD RULE("a", "virsu", "deliver"),
	    ":3: \"virsu\" is no fact, did you mean \"virus\"?" },
	{ HEAD RULE("a", "nothing.like.it", "deliver"),
	    ":3: \"nothing.like.it\" is no fact" },
	{ HEAD RULE("a", "virus", "quarantin class \"x\""),
	    ":3: \"quarantin\" is no verdict, did you mean \"quarantine\"?" },
	{ HEAD RULE("a", "virus", "quarantine"),
	    ":3: \"quarantine\" needs class \"...\" behind it" },
	{ HEAD RULE("a", "virus", "refuse"),
	    ":3: \"refuse\" needs text \"...\" behind it" },
	{ HEAD RULE("a", "virus", "refuse text \"\xe6\x8b\x92\""),
	    ":3: the text for the sender must be ASCII" },
	{ HEAD RULE("a", "virus", "deliver text \"x\""),
	    ":3: \"because\" is expected after the action, not \"text\"" },
	{ HEAD "rule a when virus then deliver\n",
	    ":4: \"because\" is expected after the action, not \"the end\"" },
	{ HEAD "rule a when virus\n then deliver because \"\"\n",
	    ":4: the basis of the rule is expected in double quotes, not "
	    "\"\"" },
	{ HEAD "rule a then deliver\n",
	    ":3: \"when\" is expected after the rule's name, not \"then\"" },
	{ HEAD RULE("a", "virus", "deliver") RULE("a", "virus", "defer"),
	    ":4: rule \"a\" is in line 3 already" },
	{ HEAD RULE("a", "always", "deliver") RULE("b", "virus", "defer"),
	    ":4: rule \"b\" is never reached: rule \"a\" in line 3 always "
	    "decides" },
	{ HEAD RULE("a", "always", "refuse text \"x\"")
		RULE("b", "virus", "encrypt"),
	    ":4: rule \"b\" is never reached: rule \"a\" in line 3 always "
	    "decides" },
	{ HEAD RULE("a", "virus or always", "deliver")
		RULE("b", "virus", "defer"),
	    ":4: rule \"b\" is never reached: rule \"a\" in line 3 always "
	    "decides" },
	{ HEAD RULE("a", "not virus and direction is inbound",
	      "sanitise class \"c\""),
	    ":3: rule \"a\" asks for no fact: what should sanitise take out?" },
	{ HEAD RULE("a", "virus", "sanitise"),
	    ":3: \"sanitise\" needs class \"...\" behind it" },
	{ "policy \"t\"\ndefault sanitise class \"c\"\n",
	    ":2: the default cannot be sanitise: no fact says what to take "
	    "out" },
	{ HEAD RULE("a", "virus", "hold"),
	    ":3: \"hold\" needs a time from 1s to 7d behind it, not "
	    "\"because\"" },
	{ HEAD RULE("a", "virus", "hold 8d"),
	    ":3: \"hold\" needs a time from 1s to 7d behind it, not \"8d\"" },
	{ HEAD RULE("a", "virus", "hold 0"),
	    ":3: \"hold\" needs a time from 1s to 7d behind it, not \"0\"" },
	{ "policy \"t\"\ndefault hold 1m\n",
	    ":2: the default cannot be hold: nothing says what comes then" },
	{ HEAD RULE("a", "always", "hold 1m") RULE("b", "virus", "hold 2m"),
	    ":4: rule \"b\" is never reached: rule \"a\" in line 3 always "
	    "decides" },
	{ HEAD RULE("a", "virus and not always", "deliver"),
	    ":3: rule \"a\" can never match" },
	{ HEAD RULE("a", "not not virus", "deliver"),
	    ":3: \"not not\" says nothing" },
	{ HEAD RULE("a", "(virus", "deliver"),
	    ":3: this ( is not closed before \"then\"" },
	{ HEAD RULE("a", "virus)", "deliver"),
	    ":3: \"then\" is expected after the condition, not \")\"" },
	{ HEAD RULE("a", "severity highest", "deliver"),
	    ":3: severity is info, low, medium or high, not \"highest\"" },
	{ HEAD RULE("a", "score at least many", "deliver"),
	    ":3: \"score at least\" takes a number, not \"many\"" },
	{ HEAD RULE("a", "score over 3", "deliver"),
	    ":3: \"at\" is expected after \"score\", not \"over\"" },
	{ HEAD RULE("a", "direction is in", "deliver"),
	    ":3: direction is inbound, outbound or internal, not \"in\"" },
	{ HEAD "list friends \"a.example\"\n" RULE("a",
	      "sender domain in freinds", "deliver"),
	    ":4: no list \"freinds\" stands above, did you mean "
	    "\"friends\"?" },
	{ HEAD "list l \"a@b.example\"\n" RULE("a", "sender domain in l",
	      "deliver"),
	    ":4: \"l\" is no domain" },
	{ HEAD RULE("a", "sender is b.example", "deliver"),
	    ":3: \"b.example\" is no address" },
	{ HEAD "list l \"b.example\" \"a@b.example\"\n",
	    ":3: \"a@b.example\": domains and addresses are mixed in one "
	    "list" },
	{ HEAD "list l\n",
	    ":4: a domain or an address is expected, not \"the end\"" },
	{ HEAD "list l \"x\"\nlist l \"y\"\n",
	    ":4: list \"l\" is in line 3 already" },
	{ HEAD "score virus high\n",
	    ":3: a score is a number from -100 to 100, not \"high\"" },
	{ HEAD "score virus 101\n",
	    ":3: a score is a number from -100 to 100, not \"101\"" },
	{ HEAD "score virus 1\nscore virus 2\n",
	    ":4: \"virus\" has a score already" },
	{ HEAD "score viruss 1\n",
	    ":3: \"viruss\" is no fact, did you mean \"virus\"?" },
	{ HEAD "rule \"a b\" when\n",
	    ":3: the name of a rule is up to 64 letters, digits and - _ . , "
	    "not \"a b\"" },
	{ HEAD RULE("a", "evidence of virus has eicar", "deliver"),
	    ":3: a part of the evidence is expected in double quotes, not "
	    "\"eicar\"" },
	{ HEAD "policy \"u\n", ":3: a text ends with \" on its own line" },
	{ HEAD "policy \"\\n\"\n", ":3: only \\\" and \\\\ may follow a \\" },
	{ HEAD "# \xe2\x80\xae\n",
	    ":3: line has hidden characters or is not UTF-8" },
	{ HEAD "# \xff\n", ":3: line has hidden characters or is not UTF-8" },
};

static void
bad_policies_are_refused(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct reason why = { "" };
		char *path;

		assert_null(load(bad[i].text, &path, &why));
		assert_int_equal(0, strncmp(why.text, path, strlen(path)));
		assert_string_equal(bad[i].error, why.text + strlen(path));
		free(path);
	}
}

static const char *const good[] = {
	HEAD,
	"policy \"t\" default refuse text \"no \\\"mail\\\"\"",
	HEAD "# a comment without an end",
	HEAD "\r\n\tscore virus -3 # less\r\n",
	HEAD RULE("a", "not (virus and (always or not virus)) or virus",
	    "tag prefix \"[\xe6\xb3\xa8\xe6\x84\x8f]\""),
	HEAD RULE("a", "always", "deliver") RULE("b", "virus", "encrypt"),
	HEAD "rule a observe when always then defer" BECAUSE RULE("b", "always",
	    "deliver"),
	HEAD "list l \".a.example\" \"b.example\"\n" RULE("a",
	    "recipient domain in l and sender is \"\" and client in "
	    "2001:db8::/32 and authenticated and encrypted transport",
	    "deliver"),
};

static void
good_policies_are_read(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < COUNT(good); i++) {
		struct reason why = { "" };
		char *path;
		struct policy *p = load(good[i], &path, &why);

		if (p == NULL)
			fail_msg("row %zu: %s", i, why.text);
		assert_string_equal("t", policy_name(p));
		assert_int_equal(64, strlen(policy_hash(p)));
		policy_free(&p);
		free(path);
	}
}

static void
repeat(FILE *f, const char *s, int n)
{
	while (n-- > 0)
		fputs(s, f);
}

/* Deep, long and many: refused with a line, not with a dead process. */
static void
bounds_are_told(void **unused)
{
	static const struct {
		const char *repeated;
		int times;
		const char *error;
	} rows[] = {
		{ "(", 100000, "parentheses are over 32 deep" },
		{ "not (", 40000, "parentheses are over 32 deep" },
		{ "virus or ", 200, "over 256 parts" },
		{ "virus or\n", 20000, "over 256 parts" },
		{ " ", 2000, "line is over 1023 bytes" },
		{ "\n", 300000, "" },
	};

	(void)unused;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *text = NULL, *path;
		size_t len;
		FILE *f = open_memstream(&text, &len);
		struct reason why = { "" };

		fputs(HEAD "rule a when\n", f);
		for (int n = 0; n < rows[i].times; n++) {
			fputs(rows[i].repeated, f);
			if (n % 60 == 59 && rows[i].repeated[0] != ' ')
				fputs("\n", f);
		}
		repeat(f, "virus", 1);
		fclose(f);
		assert_null(load(text, &path, &why));
		if (strstr(why.text, rows[i].error) == NULL)
			fail_msg("row %zu: %s", i, why.text);
		free(text);
		free(path);
	}
}

static void
a_missing_file_is_told(void **unused)
{
	struct reason why = { "" };

	(void)unused;
	assert_null(policy_load("/nonexistent/default.policy", &why));
	assert_non_null(strstr(why.text, "default.policy"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_policies_are_refused),
		cmocka_unit_test(good_policies_are_read),
		cmocka_unit_test(bounds_are_told),
		cmocka_unit_test(a_missing_file_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
