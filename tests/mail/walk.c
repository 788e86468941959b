/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "milter/base/count.h"
#include "milter/mail/walk.h"
#include "tests/mail/tree.h"
#include "milter/base/banned.h"

#define MULTI(parameters) "Content-Type: multipart/mixed; " parameters "\n\n"
#define PART "Content-Type: text/html\n\nx\n"
#define BODY "--b\n" PART "--b--\n"
#define BASE64 "Content-Transfer-Encoding: base64\n"
#define FILE(parameters) \
	"Content-Disposition: attachment; " parameters "\n\nx\n"

/* For each trait a mail in which it matters, and one as like it as can be in
 * which it does not. A strict mail must not ask for any. */
static const struct {
	enum trait trait;
	const char *asks, *quiet;
} cases[] = {
	{ TRAIT_LAST_FIELD, "Content-Type: a/b\nContent-Type: a/c\n\nx",
	    "Content-Type: a/b\nContent-Type: a/b\n\nx" },
	{ TRAIT_SKIPS_LINE, "Subject: a\nnone\n\nx", "Subject: a\n none\n\nx" },
	{ TRAIT_SKIPS_LINE, MULTI("boundary=b") "--b\n\n" PART "--b--\n",
	    MULTI("boundary=b") "--b\n\ntext\n--b--\n" },
	{ TRAIT_BLANK_ENDS, "Subject: a\n \n b\n\nx", "Subject: a\n b\n\nx" },
	{ TRAIT_BLANK_COLON, "Subject : a\n\nx", "Subject:  a\n\nx" },
	{ TRAIT_BARE_CR, "Subject: a\rb\n\nx", "Subject: a\r\n\r\na\rb\r\n" },
	{ TRAIT_BARE_LF, "Subject: a\nX: b\r\n\r\nx",
	    "Subject: a\r\n\r\nx\ny\r\n" },
	{ TRAIT_HEADER_BLIND, MULTI("boundary=b") "--b\nX: a\n--b--\n",
	    MULTI("boundary=b") "--b\nX: a\n\n--b--\n" },
	{ TRAIT_KEEPS_COMMENTS, "Content-Type: a/b (c)\n\nx",
	    "Subject: a (b)\n\nx" },
	{ TRAIT_KEEPS_ESCAPES, MULTI("boundary=\"\\b\"") BODY,
	    MULTI("boundary=\"b\"; x=\"\\y\"") BODY },
	{ TRAIT_FIRST_WORD, "Content-Type: a/b c=d\n\nx",
	    "Content-Type: a/b; c=d\n\nx" },
	{ TRAIT_LAST_PARAMETER, MULTI("boundary=b; boundary=c") BODY,
	    MULTI("boundary=b; boundary=b") BODY },
	{ TRAIT_NO_2231, FILE("filename=a; filename*=us-ascii''b"),
	    FILE("filename*=us-ascii''b") },
	{ TRAIT_NO_2231, MULTI("boundary*=us-ascii''b") BODY,
	    MULTI("boundary=b") BODY },
	{ TRAIT_AS_WRITTEN, FILE("filename*1=b; filename*0=a"),
	    FILE("filename*0=a; filename*1=b") },
	{ TRAIT_WORDS, MULTI("boundary=\"=?x?Q?b?=\"") BODY,
	    MULTI("boundary=b; x=\"=?x?Q?b?=\"") BODY },
	{ TRAIT_SINGLE_QUOTES, MULTI("boundary='b'") BODY,
	    MULTI("boundary=b; x='b'") BODY },
	{ TRAIT_WHOLE_VALUE, MULTI("boundary=b c") BODY,
	    MULTI("boundary=b; x=b c") BODY },
	{ TRAIT_ANYWHERE, MULTI("x boundary=b") BODY,
	    MULTI("x=y; boundary=b") BODY },
	{ TRAIT_TYPE_NAME, "Content-Type: a/b; name=a.c\n" FILE("filename=a.d"),
	    "Content-Type: a/b; name=a\n" FILE("filename=a.d") },
	{ TRAIT_PREFIX, MULTI("boundary=b") "--bx\n" BODY,
	    MULTI("boundary=b") "--xb\n" BODY },
	{ TRAIT_TRIMS, MULTI("boundary=b") " --b\n" BODY,
	    MULTI("boundary=b") "--b  \n" PART "--b--\n" },
	{ TRAIT_GOES_ON, MULTI("boundary=b") BODY BODY,
	    MULTI("boundary=b") BODY "b--\n" },
	{ TRAIT_GUESSES, MULTI("charset=x") BODY, MULTI("charset=x") "--b\nx" },
	{ TRAIT_GUESSES, MULTI("boundary") BODY, MULTI("boundary") "--b\n" },
	{ TRAIT_GUESSES, "MIME-Version: 1.0\n\n" BODY,
	    "MIME-Version: 1.0\n\n--b\nx\n" },
	{ TRAIT_GUESSES_BARE, "Subject: a\n\n" BODY,
	    "Content-Type: text/plain\n\n" BODY },
	{ TRAIT_OUTER_FIRST,
	    MULTI("boundary=b") "--b\n" MULTI("boundary=b") BODY,
	    MULTI("boundary=c") "--c\n" MULTI("boundary=b") BODY "--c--\n" },
	{ TRAIT_INNER_ONLY,
	    MULTI("boundary=c") "--c\n" MULTI("boundary=b") "--b\n\n--c\n" BODY,
	    MULTI("boundary=c") "--c\n" MULTI("boundary=b") "--b\n\n--c\n" },
	{ TRAIT_LIKE_ENCODING, "Content-Transfer-Encoding: x-base64\n\nx",
	    "Content-Transfer-Encoding: x-other\n\nx" },
	{ TRAIT_DECODES_OUTER, BASE64 MULTI("boundary=b") "LS1iCgo=\n",
	    BASE64 MULTI("boundary=b") BODY },
};

static uint32_t
asked(const char *mail)
{
	struct arena *a = arena_new(1 << 20);
	struct walk w = { .arena = a,
		.limits = &tree_limits,
		.cr = strchr(mail, '\r') != NULL,
		.lf = strstr(mail, "\r\n") != NULL };

	walk_message(&w,
	    (struct span){ (const unsigned char *)mail, strlen(mail) });
	arena_free(&a);
	return w.asked;
}

static void
each_is_asked_for(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint32_t bit = (uint32_t)1 << cases[i].trait;

		if (!(asked(cases[i].asks) & bit))
			fail_msg("\"%s\" is not asked for in\n%s",
			    trait_text(cases[i].trait), cases[i].asks);
		if (asked(cases[i].quiet))
			fail_msg("%08x is asked for in\n%s",
			    asked(cases[i].quiet), cases[i].quiet);
	}
}

/* Those of bodies are asked for by who decodes them: tests/mail/marks.c. */
static void
every_trait_has_a_case(void **unused)
{
	uint32_t seen = TRAIT_BIT(STOPS) | TRAIT_BIT(DROPS);

	(void)unused;
	for (size_t i = 0; i < COUNT(cases); i++)
		seen |= (uint32_t)1 << cases[i].trait;
	for (int t = 0; t < TRAIT_COUNT; t++)
		if (!(seen >> t & 1))
			fail_msg("no case for: %s", trait_text((enum trait)t));
}

/* What another reader would show is in the tree, once. */
static void
the_union_is_there(void **unused)
{
	struct arena *a = arena_new(1 << 24);
	const struct message *m = tree_read(a,
	    "Content-Type: text/html\n"
	    "Content-Transfer-Encoding: x-base64\n\nPGI+eDwvYj4=\n");
	int views = 0;

	(void)unused;
	for (const struct part *p = m->root; p; p = p->next) {
		if (p->origin != ORIGIN_VIEW)
			continue;
		views++;
		assert_string_equal(p->type, "text/html");
		assert_memory_equal(p->bytes, "<b>x</b>", 8);
		assert_string_equal(p->text, "x");
	}
	assert_int_equal(views, 1);
	arena_free(&a);
}

/* Levels, guesses and searches end; what is beyond a limit is told. */
static void
limits_hold(void **unused)
{
	enum { COPIES = 20000 };
	static const char unit[] =
	    "--b\nContent-Type: multipart/x; boundary=b\n"
	    "Content-Transfer-Encoding: base64\n\n";
	struct arena *a = arena_new((size_t)1 << 30);
	struct walk w = { .arena = a,
		.limits = &tree_limits,
		.traits = TRAIT_BIT(GUESSES) | TRAIT_BIT(INNER_ONLY) |
			  TRAIT_BIT(PREFIX) | TRAIT_BIT(GOES_ON) };
	char *mail = arena_get(a, COPIES * sizeof unit);

	(void)unused;
	for (size_t i = 0; i < COPIES; i++)
		memcpy(mail + i * (sizeof unit - 1), unit, sizeof unit);
	walk_message(&w, (struct span){ (unsigned char *)mail, strlen(mail) });
	assert_in_range(w.count, 0, tree_limits.parts);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_asked_for),
		cmocka_unit_test(every_trait_has_a_case),
		cmocka_unit_test(the_union_is_there),
		cmocka_unit_test(limits_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
