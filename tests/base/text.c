/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "milter/base/text.h"
#include "milter/base/count.h"

static const struct {
	const char *bytes;
	size_t len; /* 0: up to the NUL */
	const char *shown;
} cases[] = {
	{ "", 0, "" },
	{ "plain", 0, "plain" },
	{ "\xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x98\x80", 0,
	    "\xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x98\x80" },
	{ "a\nb\tc\r\x1b[2J\x7f", 0, "a\\x0ab\\x09c\\x0d\\x1b[2J\\x7f" },
	{ "a\0b", 3, "a\\x00b" },
	{ "invoice_\xe2\x80\xae"
	  "fdp.exe",
	    0, "invoice_<U+202E>fdp.exe" },
	{ "\xe2\x80\x8b\xe2\x80\x8f\xe2\x81\xa6\xd8\x9c\xef\xbb\xbf", 0,
	    "<U+200B><U+200F><U+2066><U+061C><U+FEFF>" },
	{ "\xe2\x80\xa8\xe2\x80\xa9\xef\xb8\x8f\xf3\xa0\x84\x80", 0,
	    "<U+2028><U+2029><U+FE0F><U+E0100>" },
	{ "\xc2\x9b"
	  "31m",
	    0, "<U+009B>31m" },
	{ "\xff\xfe", 0, "\\xff\\xfe" },
	{ "\xc0\xaf", 0, "\\xc0\\xaf" }, /* overlong */
	{ "\xe0\x80\xaf", 0, "\\xe0\\x80\\xaf" }, /* overlong */
	{ "\xf0\x80\x80\xaf", 0, "\\xf0\\x80\\x80\\xaf" },
	{ "\xed\xa0\x80", 0, "\\xed\\xa0\\x80" }, /* surrogate */
	{ "\xf4\x90\x80\x80", 0, "\\xf4\\x90\\x80\\x80" },
	{ "\xe6\x97", 0, "\\xe6\\x97" }, /* cut */
	{ "\xe6\x97x", 0, "\\xe6\\x97x" },
	{ "\xf4\x8f\xbf\xbd", 0, "\xf4\x8f\xbf\xbd" },
};

static void
text_is_made_printable(void **unused)
{
	char out[200];

	(void)unused;
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t len =
		    cases[i].len > 0 ? cases[i].len : strlen(cases[i].bytes);

		assert_true(
		    text_printable(out, sizeof out, cases[i].bytes, len));
		assert_string_equal(out, cases[i].shown);
	}
}

static const struct {
	const char *bytes;
	size_t size;
	const char *shown;
} cuts[] = {
	{ "abcdef", 7, "abcdef" },
	{ "abcdef", 6, "ab..." },
	{ "abcdef", 4, "..." },
	{ "abcdef", 3, ".." },
	{ "abcdef", 1, "" },
	{ "", 1, "" },
	{ "\xe6\x97\xa5\xe6\x9c\xac", 7, "\xe6\x97\xa5\xe6\x9c\xac" },
	{ "\xe6\x97\xa5\xe6\x9c\xac\xe6\x9c\xac", 9, "\xe6\x97\xa5..." },
	{ "\xe6\x97\xa5\xe6\x9c\xac", 6, "..." },
	{ "a\xe2\x80\xae"
	  "b",
	    10, "a..." },
	{ "a\xe2\x80\xae"
	  "bcd",
	    9, "a..." },
	{ "ab\n\n", 9, "ab..." },
};

static void
text_is_cut_between_characters(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < COUNT(cuts); i++) {
		char out[32];
		bool whole;

		memset(out, '!', sizeof out);
		whole = text_printable(out, cuts[i].size, cuts[i].bytes,
		    strlen(cuts[i].bytes));
		assert_int_equal(out[cuts[i].size], '!');
		assert_true(text_is_utf8(out, strlen(out)));
		assert_int_equal(whole,
		    strcmp(out, cuts[i].shown) == 0 &&
			strstr(out, "..") == NULL &&
			(strlen(out) > 0 || cuts[i].bytes[0] == '\0'));
		assert_string_equal(out, cuts[i].shown);
	}
}

/* Every pair of bytes: what is shown is always UTF-8 without controls. */
static void
nothing_unprintable_is_shown(void **unused)
{
	char out[64];

	(void)unused;
	for (unsigned v = 0; v < 65536; v++) {
		char bytes[3] = { (char)(v >> 8), (char)v, 'x' };

		assert_true(text_printable(out, sizeof out, bytes, 3));
		assert_true(text_is_utf8(out, strlen(out)));
		for (const char *c = out; *c != '\0'; c++)
			assert_true((unsigned char)*c >= ' ' && *c != 0x7f);
	}
}

static void
words_are_compared(void **unused)
{
	static const char *const list[] = { "one", "Two" };
	char word[] = "AbC-\xc3\x84Z";

	(void)unused;
	assert_true(text_in("ONE", list, 2) && text_in("two", list, 2));
	assert_false(text_in("on", list, 2) || text_in("", list, 2));
	assert_true(text_starts("Re: a", "RE:") && text_starts("a", ""));
	assert_false(text_starts("R", "RE:"));
	assert_true(text_ends("a.ZIP", ".zip") && text_ends("a", ""));
	assert_false(text_ends("zip", ".zip") || text_ends("a.zip ", ".zip"));
	assert_true(text_is_utf8("a\0b", 3));
	text_lower(word);
	assert_string_equal(word, "abc-\xc3\x84z");
	assert_true(text_holds("xx\0AutoOpen", 11, "autoopen"));
	assert_false(text_holds("xx\0AutoOpen", 10, "autoopen"));
	assert_false(text_holds("", 0, "a"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_made_printable),
		cmocka_unit_test(text_is_cut_between_characters),
		cmocka_unit_test(nothing_unprintable_is_shown),
		cmocka_unit_test(words_are_compared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
