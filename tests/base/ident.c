/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "milter/base/clock.h"
#include "milter/base/ident.h"
#include "milter/base/count.h"

/* The milliseconds that the first ten digits say. */
static int64_t
time_of(const char *id)
{
	static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	int64_t ms = 0;

	for (int i = 0; i < 10; i++)
		ms = ms * 32 + (strchr(digits, id[i]) - digits);
	return ms;
}

/* The most significant digit stands first, so that they sort by time. */
static void
identifiers_begin_with_the_time(void **unused)
{
	char first[IDENT_SIZE], second[IDENT_SIZE];

	(void)unused;
	int64_t before = clock_now() / 1000;
	ident_new(first);
	ident_new(second);
	assert_true(ident_valid(first) && ident_valid(second));
	assert_in_range(time_of(first), before, clock_now() / 1000);
	assert_string_not_equal(first + 10, second + 10);
}

static const struct {
	const char *id;
	int valid;
} cases[] = {
	{ "01ARZ3NDEKTSV4RRFFQ69G5FAV", 1 },
	{ "7ZZZZZZZZZZZZZZZZZZZZZZZZZ", 1 },
	{ "8ZZZZZZZZZZZZZZZZZZZZZZZZZ", 0 },
	{ "01arz3ndektsv4rrffq69g5fav", 0 },
	{ "01ARZ3NDEKTSV4RRFFQ69G5FA", 0 },
	{ "01ARZ3NDEKTSV4RRFFQ69G5FAVX", 0 },
	{ "01ARZ3NDEKTSV4RRFFQ69G5FAU", 0 },
	{ "01ARZ3NDEKTSV4RRFFQ69G5FA/", 0 },
	{ "../../../../../etc/passwd0", 0 },
	{ "", 0 },
};

static void
only_identifiers_are_valid(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(ident_valid(cases[i].id), cases[i].valid);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(identifiers_begin_with_the_time),
		cmocka_unit_test(only_identifiers_are_valid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
