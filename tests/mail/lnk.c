/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "milter/mail/lnk.h"
#include "milter/base/banned.h"

/* A link is put together here as MS-SHLLINK says, in little steps. */
struct made {
	unsigned char bytes[4096];
	size_t len;
};

static void
put(struct made *l, const void *bytes, size_t len)
{
	assert_true(len <= sizeof l->bytes - l->len);
	memcpy(l->bytes + l->len, bytes, len);
	l->len += len;
}

static void
number(struct made *l, unsigned long value, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++) {
		unsigned char c = (unsigned char)(value >> (8 * i));

		put(l, &c, 1);
	}
}

static void
begin(struct made *l, unsigned flags, int icon)
{
	static const unsigned char head[20] = { 76, 0, 0, 0, 0x01, 0x14, 0x02,
		0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46 };
	static const unsigned char none[32];

	l->len = 0;
	put(l, head, sizeof head);
	number(l, flags, 4);
	put(l, none, 32);
	number(l, (unsigned)icon, 4);
	put(l, none, 16);
}

static void
string(struct made *l, const char *text)
{
	number(l, strlen(text), 2);
	put(l, text, strlen(text));
}

static struct lnk
parsed(struct arena *a, const struct made *l)
{
	struct lnk out;

	assert_true(lnk_is((struct span){ l->bytes, l->len }));
	lnk_parse(a, (struct span){ l->bytes, l->len }, &out);
	return out;
}

static void
strings_stand_in_their_order(void **state)
{
	struct arena *a = arena_new(1 << 20);
	struct made l;
	struct lnk out;

	(void)state;
	begin(&l, 0x04 | 0x08 | 0x10 | 0x20 | 0x40, -112);
	string(&l, "a comment");
	string(&l, "..\\a.exe");
	string(&l, "C:\\b");
	string(&l, "/c d");
	string(&l, "e.ico");
	number(&l, 0, 4);
	put(&l, "more", 4);
	out = parsed(a, &l);
	assert_true(out.whole);
	assert_string_equal(out.relative, "..\\a.exe");
	assert_string_equal(out.folder, "C:\\b");
	assert_string_equal(out.arguments, "/c d");
	assert_string_equal(out.icon, "e.ico");
	assert_int_equal(out.icon_index, -112);
	assert_int_equal(out.appended.len, 4);
	assert_memory_equal(out.appended.at, "more", 4);
	arena_free(&a);
}

/* A drive, and a file with a short name alone. */
static void
items_make_a_path(void **state)
{
	struct arena *a = arena_new(1 << 20);
	struct made l;
	struct lnk out;

	(void)state;
	begin(&l, 0x01, 0);
	number(&l, 8 + 20 + 2, 2);
	number(&l, 8, 2);
	put(&l, "/C:\\\0\0", 6);
	number(&l, 20, 2);
	put(&l, "\x32\0\0\0\0\0\0\0\0\0\0\0a.txt\0", 18);
	number(&l, 0, 2);
	number(&l, 0, 4);
	out = parsed(a, &l);
	assert_true(out.whole);
	assert_string_equal(out.target, "C:\\a.txt");
	assert_int_equal(out.appended.len, 0);
	arena_free(&a);
}

/* A share, what is on it, and a path with variables in both forms. */
static void
places_are_told(void **state)
{
	static const unsigned char none[512];
	struct arena *a = arena_new(1 << 20);
	struct made l;
	struct lnk out;

	(void)state;
	begin(&l, 0x02, 0);
	number(&l, 28 + 20 + 9 + 6, 4);
	number(&l, 28, 4);
	number(&l, 2, 4);
	put(&l, none, 8);
	number(&l, 28, 4);
	number(&l, 28 + 20 + 9, 4);
	number(&l, 20 + 9, 4);
	number(&l, 2, 4);
	number(&l, 20, 4);
	put(&l, none, 8);
	put(&l, "\\\\host\\a\0b.exe\0", 15);
	number(&l, 0x314, 4);
	number(&l, 0xa0000001, 4);
	put(&l, "%a%", 3);
	put(&l, none, 257);
	put(&l, "%\0b\0%", 6);
	put(&l, none, 512);
	put(&l, none, 2);
	number(&l, 12, 4);
	number(&l, 0xb0000001, 4);
	put(&l, "strg", 4);
	out = parsed(a, &l);
	assert_true(out.whole);
	assert_string_equal(out.place, "\\\\host\\a\\b.exe");
	assert_string_equal(out.environment, "%b%");
	assert_int_equal(out.block.len, 4);
	arena_free(&a);
}

/* Cut off anywhere, a link is not whole, and nothing is appended. */
static void
what_is_cut_off_is_not_whole(void **state)
{
	struct made l;

	(void)state;
	begin(&l, 0x20, 0);
	string(&l, "/c d");
	number(&l, 16, 4);
	number(&l, 0xa0000003, 4);
	put(&l, "12345678", 8);
	number(&l, 0, 4);
	for (size_t len = 20; len <= l.len; len++) {
		struct arena *a = arena_new(1 << 20);
		struct lnk out;

		lnk_parse(a, (struct span){ l.bytes, len }, &out);
		/* Blocks may be missing, the last among them. */
		assert_int_equal(out.whole,
		    len == l.len || len == l.len - 4 || len == l.len - 20);
		assert_int_equal(out.appended.len, 0);
		arena_free(&a);
	}
}

static void
others_are_none(void **state)
{
	(void)state;
	assert_false(lnk_is(span_string("L")));
	assert_false(lnk_is(span_string("L is no link, whatever follows it")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strings_stand_in_their_order),
		cmocka_unit_test(items_make_a_path),
		cmocka_unit_test(places_are_told),
		cmocka_unit_test(what_is_cut_off_is_not_whole),
		cmocka_unit_test(others_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
