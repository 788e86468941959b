/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "milter/base/clock.h"
#include "milter/base/count.h"

static const struct {
	const char *text;
	int64_t microseconds; /* -1: no time */
} cases[] = {
	{ "1970-01-01T00:00:00.000000Z", 0 },
	{ "2026-11-23T01:02:03.000004Z", INT64_C(1795395723000004) },
	{ "2026-11-23T01:02:03Z", INT64_C(1795395723000000) },
	{ "2026-11-23T01:02:03.5Z", INT64_C(1795395723500000) },
	{ "2026-11-23T01:02:03.123456789Z", INT64_C(1795395723123456) },
	{ "2026-11-23", INT64_C(1795392000000000) },
	{ "2028-02-29", INT64_C(1835395200000000) },
	{ "2026-02-29", -1 },
	{ "2026-13-01", -1 },
	{ "2026-00-10", -1 },
	{ "2026-11-00", -1 },
	{ "1969-12-31", -1 },
	{ "2026-11-23T24:00:00Z", -1 },
	{ "2026-11-23T01:60:00Z", -1 },
	{ "2026-11-23T01:02:03", -1 },
	{ "2026-11-23T01:02:03.Z", -1 },
	{ "2026-11-23T01:02:03.0000000000Z", -1 },
	{ "2026-11-23T01:02:03+09:00", -1 },
	{ "2026-11-23T01:02Z", -1 },
	{ "2026-11-23 ", -1 },
	{ "2026-11-2", -1 },
	{ "26-11-23", -1 },
	{ "yesterday", -1 },
	{ "", -1 },
};

static void
times_are_read(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(clock_parse(cases[i].text),
		    cases[i].microseconds);
}

static void
times_are_written(void **unused)
{
	char text[CLOCK_TEXT];

	(void)unused;
	for (size_t i = 0; i < 2; i++) {
		clock_text(cases[i].microseconds, text);
		assert_string_equal(text, cases[i].text);
	}
	clock_text(-1, text);
	assert_string_equal(text, cases[0].text);
	clock_text(INT64_MAX, text);
	assert_string_equal(text, "9999-12-31T23:59:59.999999Z");
	assert_int_equal(clock_parse(text), INT64_C(253402300799999999));
}

static void
clocks_go_forward(void **unused)
{
	int64_t before = clock_ms();

	(void)unused;
	assert_true(clock_ms() >= before);
	assert_true(clock_now() > INT64_C(1600000000000000));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_are_read),
		cmocka_unit_test(times_are_written),
		cmocka_unit_test(clocks_go_forward),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
