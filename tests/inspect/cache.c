/* SPDX-License-Identifier: ISC */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "milter/inspect/cache.h"
#include "milter/base/banned.h"

static void
hash_number(int n, uint8_t sha256[HASH_BYTES])
{
	hash_bytes(&n, sizeof n, sha256);
}

static void
make(int64_t count)
{
	struct conf *conf = conf_load(NULL, &(struct reason){ "" });
	struct reason why = { "" };

	conf->clean_cache = count;
	assert_int_equal(0, cache_make(conf, &why));
	conf_free(&conf);
}

static void
off_remembers_nothing(void **state)
{
	uint8_t sha256[HASH_BYTES];

	(void)state;
	make(0);
	hash_number(1, sha256);
	cache_add(sha256);
	assert_false(cache_has(sha256));
}

static void
new_table_is_empty(void **state)
{
	uint8_t sha256[HASH_BYTES];

	(void)state;
	make(100);
	hash_number(1, sha256);
	assert_false(cache_has(sha256));
	cache_add(sha256);
	assert_true(cache_has(sha256));
	make(100);
	assert_false(cache_has(sha256));
}

/* However many come, the last stays and memory does not grow. */
static void
old_makes_room_for_new(void **state)
{
	uint8_t sha256[HASH_BYTES];
	int kept = 0;

	(void)state;
	make(100);
	for (int n = 0; n < 10000; n++) {
		hash_number(n, sha256);
		cache_add(sha256);
		assert_true(cache_has(sha256));
	}
	for (int n = 0; n < 10000; n++) {
		hash_number(n, sha256);
		kept += cache_has(sha256);
	}
	assert_in_range(kept, 50, 100);
}

static void
children_share_it(void **state)
{
	uint8_t sha256[HASH_BYTES];
	pid_t child;

	(void)state;
	make(100);
	hash_number(7, sha256);
	child = fork();
	assert_int_not_equal(-1, child);
	if (child == 0) {
		cache_add(sha256);
		_exit(0);
	}
	assert_int_equal(child, waitpid(child, NULL, 0));
	assert_true(cache_has(sha256));
	make(0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(off_remembers_nothing),
		cmocka_unit_test(new_table_is_empty),
		cmocka_unit_test(old_makes_room_for_new),
		cmocka_unit_test(children_share_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
