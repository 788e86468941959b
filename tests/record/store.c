/* SPDX-License-Identifier: ISC */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "milter/record/store.h"
#include "tests/record/scratch.h"
#include "milter/base/banned.h"

static struct conf *conf;
static struct store *store;

static int
set_up(void **state)
{
	struct reason why = { "" };
	bool fresh;

	(void)state;
	conf = scratch_new();
	store = store_open(conf->records, true, &fresh, &why);
	assert_string_equal("", why.text);
	return store == NULL ? -1 : 0;
}

static int
tear_down(void **state)
{
	(void)state;
	store_close(&store);
	scratch_free(&conf);
	return 0;
}

static void
put(const char *mask, int class, int64_t now, int64_t until)
{
	struct reason why = { "" };

	if (store_thread_put(store, mask, class, now, until, &why) == -1)
		fail_msg("%s", why.text);
}

static int
find(const char *mask, int64_t now)
{
	struct reason why = { "" };
	int class = store_thread_find(store, mask, now, &why);

	assert_string_equal("", why.text);
	return class;
}

static void
threads_are_raised_and_never_lowered(void **state)
{
	(void)state;
	assert_int_equal(0, find("a", 10));
	put("a", 2, 10, 100);
	assert_int_equal(2, find("a", 10));
	assert_int_equal(0, find("b", 10));
	put("a", 3, 10, 50);
	assert_int_equal(3, find("a", 100));
	put("a", 2, 10, 100);
	assert_int_equal(3, find("a", 10));
}

static void
threads_run_out(void **state)
{
	(void)state;
	put("a", 2, 10, 100);
	assert_int_equal(2, find("a", 100));
	assert_int_equal(0, find("a", 101));
	put("b", 2, 101, 200);
	/* it is gone, not only past */
	assert_int_equal(0, find("a", 10));
	assert_int_equal(2, find("b", 10));
}

static void
what_was_not_kept_is_an_error(void **state)
{
	struct reason why = { "" };

	(void)state;
	assert_int_equal(0, store_begin(store, &why));
	/* a transaction in a transaction is none */
	assert_int_equal(-1, store_thread_put(store, "a", 2, 10, 100, &why));
	assert_string_not_equal("", why.text);
	assert_int_equal(0, store_commit(store, &why));
	assert_int_equal(0, find("a", 10));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    threads_are_raised_and_never_lowered, set_up, tear_down),
		cmocka_unit_test_setup_teardown(threads_run_out, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(what_was_not_kept_is_an_error,
		    set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
