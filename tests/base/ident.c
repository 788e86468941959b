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

static void
identifiers_sort_by_time(void **unused)
{
	char first[IDENT_SIZE], second[IDENT_SIZE];

	(void)unused;
	ident_new(first);
	int64_t now = clock_now() / 1000;
	while (clock_now() / 1000 == now)
		;
	ident_new(second);
	assert_true(ident_valid(first) && ident_valid(second));
	assert_true(strcmp(first, second) < 0);
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
		cmocka_unit_test(identifiers_sort_by_time),
		cmocka_unit_test(only_identifiers_are_valid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
