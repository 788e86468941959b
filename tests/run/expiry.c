/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "milter/base/count.h"
#include "milter/run/expiry.h"

enum { DAY = 86400 };

/* Days before the end: of the last round, of this one; what is due. */
static const struct {
	int last, now, due;
} cases[] = {
	{ 62, 61, 0 },
	{ 61, 60, 60 },
	{ 60, 59, 0 },
	{ 31, 30, 30 },
	{ 15, 14, 14 },
	{ 8, 7, 7 },
	{ 2, 1, 1 },
	{ 1, 0, 0 },
	{ 0, -1, 0 },
	/* It stood still for long: once, and what is most urgent. */
	{ 100, 20, 30 },
	{ 61, 1, 1 },
	{ 6, 5, 0 },
};

static void
each_warning_once(void **unused)
{
	const int64_t ends = 2000000000;
	int given = 0;

	(void)unused;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(cases[i].due,
		    expiry_due(ends, ends - (int64_t)cases[i].last * DAY,
			ends - (int64_t)cases[i].now * DAY));
	/* Whatever the hour of the round: five in all. */
	for (int64_t left = (int64_t)90 * DAY + 1234; left > 0; left -= DAY)
		given += expiry_due(ends, ends - left - DAY, ends - left) != 0;
	assert_int_equal(5, given);
}

static void
the_first_round_tells_all(void **unused)
{
	const int64_t ends = 2000000000;

	(void)unused;
	assert_int_equal(7, expiry_due(ends, 0, ends - 5 * DAY));
	assert_int_equal(60, expiry_due(ends, 0, ends - 59 * DAY));
	assert_int_equal(0, expiry_due(ends, 0, ends - 61 * DAY));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_warning_once),
		cmocka_unit_test(the_first_round_tells_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
