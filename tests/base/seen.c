/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "milter/base/seen.h"
#include "milter/base/banned.h"

enum { MOST = 100 };

/* Hashes that all want the same place are the worst case. */
static void
hash_of(int number, bool alike, uint8_t sha256[HASH_BYTES])
{
	for (int i = 0; i < HASH_BYTES; i++)
		sha256[i] = 0;
	sha256[alike ? HASH_BYTES - 1 : 0] = (uint8_t)number;
}

static void
fill_and_look(bool alike)
{
	struct arena *a = arena_new(1 << 20);
	struct seen *s = seen_new(a, MOST);
	uint8_t sha256[HASH_BYTES];

	for (int i = 0; i < MOST; i++) {
		hash_of(i, alike, sha256);
		assert_false(seen_has(s, sha256));
		seen_add(s, sha256);
		seen_add(s, sha256);
		assert_true(seen_has(s, sha256));
	}
	hash_of(MOST, alike, sha256);
	seen_add(s, sha256); /* no room: left out */
	assert_false(seen_has(s, sha256));
	seen_forget(s);
	for (int i = 0; i < MOST; i++) {
		hash_of(i, alike, sha256);
		assert_false(seen_has(s, sha256));
	}
	arena_free(&a);
}

static void
what_was_added_is_there(void **unused)
{
	(void)unused;
	fill_and_look(false);
	fill_and_look(true);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_added_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
