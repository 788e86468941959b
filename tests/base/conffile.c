/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "milter/base/buf.h"
#include "milter/base/conffile.h"
#include "milter/base/count.h"

/* What was read, as "name=a|b;" for each setting. */
static int
note(void *to, const struct conffile_entry *e, struct reason *why)
{
	struct buf *seen = to;

	if (strcmp(e->name, "refused") == 0)
		return reason_set(why, "no such thing");
	buf_printf(seen, "%s=", e->name);
	for (size_t i = 0; i < e->count; i++)
		buf_printf(seen, "%s%s", i > 0 ? "|" : "", e->items[i]);
	buf_string(seen, ";");
	return 0;
}

static const struct {
	const char *text;
	const char *seen; /* NULL: refused */
	const char *why;
} cases[] = {
	{ "", "", NULL },
	{ "\n\n  # nothing\n/* nor\n here */", "", NULL },
	{ "a 1;", "a=1;", NULL },
	{ "a 1", "a=1;", NULL },
	{ "a 1\r\nb 2\r\n", "a=1;b=2;", NULL },
	{ "a = 1\nb: 2\nc 3", "a=1;b=2;c=3;", NULL },
	{ "a=1;b=2,c=3", "a=1;b=2;c=3;", NULL },
	{ "a 1 2 3;", "a=1|2|3;", NULL },
	{ "a 10.0.0.0/8 ::1 # ours\nb 1", "a=10.0.0.0/8|::1;b=1;", NULL },
	{ "a [ 1, \"2\" ];", "a=1|2;", NULL },
	{ "a [1 2\n3,\n]\nb []", "a=1|2|3;b=;", NULL },
	{ "a unix:/run/x.sock", "a=unix:/run/x.sock;", NULL },
	{ "a inet:10@127.0.0.1;", "a=inet:10@127.0.0.1;", NULL },
	{ "a x=y", "a=x=y;", NULL },
	{ "a \"\"", "a=;", NULL },
	{ "a \"x;y # z\" /* c */;", "a=x;y # z;", NULL },
	{ "{}", "", NULL },
	{ "{ a: 1 }", "a=1;", NULL },
	{ "{\n\"a\": 1,\n\"b\": [ \"c\", \"d\" ],\n\"e\": true\n}\n",
	    "a=1;b=c|d;e=true;", NULL },
	{ "{\"a\":\n \"1\"}", "a=1;", NULL },
	{ "a \"\\\"\\\\\\/\\n\\u0041\\u6ce8\\ud83d\\ude00\"",
	    "a=\"\\/\nA\xe6\xb3\xa8\xf0\x9f\x98\x80;", NULL },
	{ "a \xe6\xb3\xa8", "a=\xe6\xb3\xa8;", NULL },

	{ "a", NULL, "f:1: a value expected at the end of the file" },
	{ "a;", NULL, "f:1: a value expected, not ;" },
	{ "a\n1", NULL, "f:1: a value expected, not the end of the line" },
	{ "\na 1 }", NULL, "f:2: nothing more expected, not }" },
	{ "{ a 1", NULL,
	    "f:1: } that closes the first { expected at the end of the "
	    "file" },
	{ "{ } b 1", NULL, "f:1: nothing more expected, not b" },
	{ "a { b 1 }", NULL, "f:1: a value expected, not {" },
	{ "a 1 { b 1 }", NULL, "f:1: ; or a new line expected, not {" },
	{ "a [ 1", NULL, "f:1: a value or ] expected at the end of the file" },
	{ "a [ [ 1 ] ]", NULL, "f:1: a value or ] expected, not [" },
	{ "a [ 1 ] 2", NULL, "f:1: ; or a new line expected, not 2" },
	{ "\n\na \"x\n\"", NULL, "f:3: the string is not closed with \"" },
	{ "a \"x", NULL, "f:1: the string is not closed with \"" },
	{ "a \"\\q\"", NULL, "f:1: an unknown escape behind \\" },
	{ "a \"\\u00g0\"", NULL, "f:1: \\u needs four hexadecimal digits" },
	{ "a \"\\u0000\"", NULL, "f:1: \\u0000 has no place in a value" },
	{ "a \"\\ud83d\"", NULL,
	    "f:1: the first half of a \\u pair has no second" },
	{ "a \"\\ude00\"", NULL,
	    "f:1: the second half of a \\u pair has no first" },
	{ "a 1\n/* x\n\n", NULL, "f:2: the comment is not closed with */" },
	{ "a 1\nrefused 1 2\n\n", NULL, "f:2: no such thing" },
	{ "a \xff", NULL, "f:1: the file is not text in UTF-8" },
};

static void
files_are_read_or_refused(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct reason why = { "" };
		struct buf seen;

		buf_init(&seen, 1000);
		int got = conffile_parse("f", cases[i].text,
		    strlen(cases[i].text), note, &seen, &why);
		if (cases[i].seen == NULL) {
			assert_int_equal(got, -1);
			assert_string_equal(why.text, cases[i].why);
		} else {
			assert_string_equal(why.text, "");
			assert_int_equal(got, 0);
			assert_string_equal(buf_text(&seen), cases[i].seen);
		}
		buf_free(&seen);
	}
}

/* Each beginning of a good file must be judged without reading past it. */
static void
cut_files_are_judged(void **unused)
{
	static const char whole[] = "{ \"a\": \"\\ud83d\\ude00\", /* c */\n"
				    "b = [ \"x\", y ]; # z\n c 1 2; }";

	(void)unused;
	for (size_t len = 0; len < sizeof whole; len++) {
		struct reason why = { "" };
		struct buf seen;
		char *exact = malloc(len + 1);

		assert_non_null(exact);
		/* Room of exactly len bytes, so that ASan sees one too far. */
		exact = realloc(exact, len > 0 ? len : 1);
		assert_non_null(exact);
		memcpy(exact, whole, len);
		buf_init(&seen, 1000);
		int got = conffile_parse("f", exact, len, note, &seen, &why);
		assert_true(got == 0 || strncmp(why.text, "f:", 2) == 0);
		buf_free(&seen);
		free(exact);
	}
}

static void
repeated(const char *begin, const char *one, size_t times, const char *why)
{
	struct reason got = { "" };
	struct buf text, seen;

	buf_init(&text, 4 * CONFFILE_SIZE);
	buf_init(&seen, 4 * CONFFILE_SIZE);
	buf_string(&text, begin);
	for (size_t i = 0; i < times; i++)
		buf_string(&text, one);
	int failed =
	    conffile_parse("f", buf_text(&text), text.len, note, &seen, &got);
	assert_string_equal(got.text, why);
	assert_int_equal(failed, why[0] == '\0' ? 0 : -1);
	buf_free(&text);
	buf_free(&seen);
}

static void
sizes_are_bounded(void **unused)
{
	(void)unused;
	repeated("a ", "x ", CONFFILE_ITEMS, "");
	repeated("a ", "x ", CONFFILE_ITEMS + 1,
	    "f:1: a list of more than 10000 items");
	repeated("a ", "x", CONFFILE_VALUE, "");
	repeated("a ", "x", CONFFILE_VALUE + 1,
	    "f:1: a value is longer than 65536 bytes");
	repeated("", "\n", CONFFILE_SIZE, "");
	repeated("", "\n", CONFFILE_SIZE + 1,
	    "f:1: the file is larger than 1048576 bytes");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_are_read_or_refused),
		cmocka_unit_test(cut_files_are_judged),
		cmocka_unit_test(sizes_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
