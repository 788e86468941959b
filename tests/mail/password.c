/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "milter/base/count.h"
#include "milter/mail/password.h"
#include "tests/mail/tree.h"
#include "milter/base/banned.h"

#define MULTI "Content-Type: multipart/mixed; boundary=b\n\n--b\n"
#define ZIP \
	"UEsDBBQAAAAAAAAAIQAaCEnrCgAAAAoAAAAFAAAAYS50eHRwdyBhYmMtMTIzUEsBAhQDFAAAAAAA\n" \
	"AAAhABoISesKAAAACgAAAAUAAAAAAAAAAAAAAIABAAAAAGEudHh0UEsFBgAAAAABAAEAMwAAAC0A\n" \
	"AAAAAA==\n"

static const struct {
	const char *mail, *word, *source;
} cases[] = {
	{ "\n\nパスワード：ＡＢＣ１２３", "ABC123", "the text" },
	{ "\n\nパスワードは「abc-123」です。", "abc-123", "the text" },
	{ "\n\nThe password is 'abc-123'.", "abc-123", "the text" },
	{ "\n\npass=abc-123", "abc-123", "the text" },
	{ "Subject: PW:abc-123\n\nhello", "abc-123", "the subject" },
	{ "\n\nnothing announces abc-123 here", "abc-123", "the text" },
	{ "\n\na quoted (abc-123) word", "abc-123", "the text" },
	{ "\n\npw　ａｂｃ－１２３", "abc-123", "the text" },
	/* cut off inside a character */
	{ "Content-Type: text/plain; charset=x\n\npw abc-123 \xe3", "abc-123",
	    "the text" },
	{ "Subject: pw abc-123 \xef\n\n", "abc-123", "the subject" },
	{ "\n\nits own colon a:bc-123!", "a:bc-123!", "the text" },
	{ "Content-Type: multipart/mixed; boundary=b\n\n--b\n"
	  "Content-Disposition: attachment; filename=\"key 20261127.zip\"\n\n"
	  "--b--\n",
	    "20261127", "a file name" },
	{ MULTI "Content-Type: text/plain; name=a.txt\n"
		"Content-Disposition: attachment\n\npw abc-123\n--b--\n",
	    "abc-123", "the text" },
	{ MULTI "Content-Type: text/html\n\n<b>pw</b> abc&#45;123\n--b--\n",
	    "abc-123", "the text" },
	{ "Subject: =?ISO-2022-JP?B?GyRCJVElOSVvITwlSSEnGyhC?= abc-123\n\n",
	    "abc-123", "the subject" },
	/* a stored zip of a.txt: "pw abc-123" */
	{ MULTI "Content-Type: application/zip\n"
		"Content-Transfer-Encoding: base64\n\n" ZIP "--b--\n",
	    "abc-123", "a file in an archive" },
};

static int
find(const struct passwords *all, const char *word)
{
	for (size_t i = 0; i < all->count; i++)
		if (strcmp(all->list[i], word) == 0)
			return (int)i;
	return -1;
}

static void
collect(struct arena *a, const char *mail, const struct conf_list *site,
    struct passwords *all)
{
	struct message_limits limits = tree_limits;
	struct reading r = { .message = tree_read(a, mail), .limits = &limits };

	limits.passwords = site;
	passwords_collect(&r, all);
}

static void
words_are_found(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena *a = arena_new(1 << 24);
		struct passwords all;
		int at;

		collect(a, cases[i].mail, NULL, &all);
		at = find(&all, cases[i].word);
		if (at == -1)
			fail_msg("%s is not found in %s", cases[i].word,
			    cases[i].mail);
		assert_string_equal(cases[i].source, all.source[at]);
		arena_free(&a);
	}
}

/* What is announced, or known to the site, is tried before a long letter. */
static void
the_likely_come_first(void **unused)
{
	static const char mail[] =
	    "\n\nAlpha bravo charlie delta echo foxtrot golf hotel. "
	    "Password: abc-123";
	char word[] = "partner-key", brief[] = "x1", *items[] = { word, brief };
	const struct conf_list site = { items, 2 };
	struct arena *a = arena_new(1 << 24);
	struct passwords all;

	(void)unused;
	collect(a, mail, &site, &all);
	assert_int_equal(0, find(&all, "partner-key"));
	assert_int_equal(1, find(&all, "x1"));
	assert_int_equal(2, find(&all, "abc-123"));
	assert_true(find(&all, "foxtrot") > 2);
	assert_int_equal(-1, find(&all, "abc")); /* too short */
	arena_free(&a);
}

static void
there_is_a_bound(void **unused)
{
	struct arena *a = arena_new(1 << 26);
	char *mail = arena_get(a, 300000);
	struct passwords all;

	(void)unused;
	memcpy(mail, "\n\n", 2);
	for (size_t i = 0; i < 20000; i++)
		memcpy(mail + 2 + 6 * i,
		    (char[]){ 'p', 'w', (char)('0' + i % 10),
			(char)('0' + i / 10 % 10), (char)('0' + i / 100 % 10),
			' ' },
		    6);
	collect(a, mail, NULL, &all);
	assert_int_equal(PASSWORDS_MOST, all.count);
	assert_true(all.more);
	arena_free(&a);
}

/* A long letter of another day leaves room for what this mail says. */
static void
a_list_leaves_room(void **unused)
{
	struct arena *a = arena_new(1 << 24);
	char *items[PASSWORDS_MOST];
	const struct conf_list site = { items, PASSWORDS_MOST };
	struct passwords all;

	(void)unused;
	for (int i = 0; i < PASSWORDS_MOST; i++)
		items[i] = arena_printf(a, "word-%d", i);
	collect(a, "\n\nThe password is abc-123.", &site, &all);
	assert_int_equal(PASSWORDS_MOST / 2, find(&all, "abc-123"));
	assert_true(all.more);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_found),
		cmocka_unit_test(the_likely_come_first),
		cmocka_unit_test(there_is_a_bound),
		cmocka_unit_test(a_list_leaves_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
