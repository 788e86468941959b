/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "milter/base/count.h"
#include "milter/mail/charset.h"
#include "milter/mail/words.h"
#include "milter/base/banned.h"

static const struct {
	const char *raw, *text;
	unsigned trouble;
} cases[] = {
	{ "plain text", "plain text", 0 },
	{ "=?utf-8?Q?a_b=3D?=", "a b=", 0 },
	{ "=?UTF-8?b?44GC?= x", "あ x", 0 },
	{ "x =?utf-8?B?44GC?=y", "x あy", 0 },
	/* blanks and folds between words are no text */
	{ "=?utf-8?B?44GC?=\r\n =?utf-8?B?44GE?=", "あい", 0 },
	/* a character cut in two */
	{ "=?utf-8?B?44E=?= =?utf-8?B?gg==?=", "あ", 0 },
	/* JIS that goes on in the next word without an escape */
	{ "=?iso-2022-jp?B?GyRCJCI=?= =?iso-2022-jp?B?JCQbKEI=?=", "あい", 0 },
	/* and that begins anew without having ended */
	{ "=?iso-2022-jp?B?GyRCJCI=?= =?iso-2022-jp?B?GyRCJCQ=?=", "あい", 0 },
	/* two charsets side by side */
	{ "=?utf-8?B?44GC?= =?shift_jis?B?gqI=?=", "あい", 0 },
	/* a language (RFC 2231) */
	{ "=?utf-8*ja?B?44GC?=", "あ", 0 },
	/* NEC's row 13 in all three, and half-width kana by escape */
	{ "\033$B-!\033(B", "①", 0 },
	{ "=?Shift_JIS?B?h0A=?=", "①", 0 },
	{ "=?EUC-JP?B?raE=?=", "①", 0 },
	{ "\033(I6^\033(B", "ｶﾞ", 0 },
	/* raw 8-bit: UTF-8, then CP932 */
	{ "あ", "あ", 0 },
	{ "\202\240", "あ", 0 },
	/* labels that lie, or that nobody knows */
	{ "=?iso-2022-jp?B?gqA=?=", "あ", CHARSET_MISMATCH },
	{ "=?iso-2022-jp?B?44GC?=", "あ", CHARSET_MISMATCH },
	{ "=?x-klingon?B?44GC?=", "あ", CHARSET_UNKNOWN },
	{ "=?us-ascii?Q?=82=A0?=", "あ", CHARSET_MISMATCH },
	/* the wave dash as Windows means it */
	{ "=?Shift_JIS?B?gWA=?=", "～", 0 },
	/* what is no word stays */
	{ "=?utf-8?B?44GC", "=?utf-8?B?44GC", 0 },
	{ "=?utf-8?X?44GC?=", "=?utf-8?X?44GC?=", 0 },
	{ "=?=?=?=?", "=?=?=?=?", 0 },
	{ "a =?b", "a =?b", 0 },
	{ "", "", 0 },
};

static void
words_are_decoded(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena *a = arena_new(1 << 20);
		unsigned trouble = 0;

		assert_string_equal(words_decode(a, span_string(cases[i].raw),
					&trouble),
		    cases[i].text);
		if (trouble != cases[i].trouble)
			fail_msg("trouble %u in %s", trouble, cases[i].raw);
		arena_free(&a);
	}
}

/* A megabyte of beginnings was searched to its end for each of them once. */
static void
many_beginnings_are_linear(void **unused)
{
	struct arena *a = arena_new(1 << 26);
	size_t len = 1 << 20;
	char *raw = arena_get(a, len + 1);

	(void)unused;
	for (size_t i = 0; i + 8 <= len; i += 8)
		memcpy(raw + i, "=?a?q?xx", 8);
	assert_int_equal(strlen(words_decode(a,
			     (struct span){ (unsigned char *)raw, len }, NULL)),
	    len);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_decoded),
		cmocka_unit_test(many_beginnings_are_linear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
