/* SPDX-License-Identifier: ISC */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "milter/base/clock.h"
#include "milter/base/count.h"
#include "milter/record/report_year.h"

static const struct {
	const char *time;
	int year, month; /* 0 is April */
} borders[] = {
	{ "2012-03-31T14:59:59Z", 2011, 11 },
	{ "2012-03-31T14:59:59.999999Z", 2011, 11 },
	{ "2012-03-31T15:00:00Z", 2012, 0 },
	{ "2012-12-31T14:59:59Z", 2012, 8 },
	{ "2012-12-31T15:00:00Z", 2012, 9 },
	{ "2012-02-29T15:00:00Z", 2011, 11 },
	{ "2012-02-29T14:59:59Z", 2011, 10 },
	{ "2019-04-30T15:00:00Z", 2019, 1 },
	{ "2100-02-28T15:00:00Z", 2099, 11 },
	{ "2000-02-28T15:00:00Z", 1999, 10 },
};

static void
years_begin_in_april_in_japan(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < COUNT(borders); i++) {
		int64_t time = clock_parse(borders[i].time);

		assert_int_equal(borders[i].year, report_year_of(time));
		assert_int_equal(borders[i].month, report_year_month(time));
		assert_true(report_year_begin(borders[i].year) <= time);
		assert_true(report_year_begin(borders[i].year + 1) > time);
	}
	assert_int_equal(clock_parse("2012-03-31T15:00:00Z"),
	    report_year_begin(2012));
}

static const struct {
	int year;
	const char *ja;
} labels[] = { { 2011, "平成23年度" }, { 2018, "平成30年度" },
	{ 2019, "令和元年度" }, { 2020, "令和2年度" }, { 2026, "令和8年度" },
	{ 1989, "平成元年度" }, { 1988, "昭和63年度" }, { 1900, "1900年度" } };

static void
years_have_labels(void **unused)
{
	char text[REPORT_YEAR_TEXT];

	(void)unused;
	for (size_t i = 0; i < COUNT(labels); i++) {
		report_year_label(labels[i].year, true, text);
		assert_string_equal(labels[i].ja, text);
	}
	report_year_label(2026, false, text);
	assert_string_equal("FY2026", text);
}

static const struct {
	const char *text;
	int year; /* 0: refused */
} inputs[] = { { "2026", 2026 }, { "R8", 2026 }, { "令和8", 2026 },
	{ "令和８", 2026 }, { "令和8年度", 2026 }, { "令和元", 2019 },
	{ "令和元年度", 2019 }, { "R1", 2019 }, { "平成23", 2011 },
	{ "H23", 2011 }, { "平成31", 2019 }, { "平成32", 0 },
	{ "平成元", 1989 }, { "昭和64", 1989 }, { "昭和65", 0 },
	{ "昭和元", 0 }, { "2026年度", 2026 }, { "令和0", 0 }, { "令和", 0 },
	{ "", 0 }, { "26", 0 }, { "20266", 0 }, { "R8x", 0 }, { "X8", 0 },
	{ "-1", 0 } };

static void
years_are_read(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < COUNT(inputs); i++) {
		struct reason why = { "" };
		int year = 0;
		int result = report_year_parse(inputs[i].text, &year, &why);

		if (result != (inputs[i].year != 0 ? 0 : -1))
			fail_msg("%s: %d %s", inputs[i].text, result, why.text);
		if (result == 0)
			assert_int_equal(inputs[i].year, year);
	}
}

static const struct {
	const char *time;
	bool seed;
	const char *ja;
} days[] = {
	{ "2019-04-30T14:59:59Z", false, "平成31年4月30日" },
	{ "2019-04-30T15:00:00Z", false, "令和元年5月1日" },
	{ "2012-03-02T00:00:00Z", true, "平成24年３月２日" },
	{ "2012-03-31T00:00:00Z", true, "平成24年３月31日" },
	{ "1989-01-07T00:00:00Z", true, "昭和64年１月７日" },
	{ "1989-01-08T00:00:00Z", true, "平成元年１月８日" },
};

static void
days_have_eras(void **unused)
{
	char text[REPORT_YEAR_TEXT];

	(void)unused;
	for (size_t i = 0; i < COUNT(days); i++) {
		report_year_day_ja(clock_parse(days[i].time), days[i].seed,
		    text);
		assert_string_equal(days[i].ja, text);
	}
	report_year_day_en(clock_parse("2012-03-01T15:00:00Z"), text);
	assert_string_equal("2 March 2012", text);
}

static void
days_end_in_japan(void **unused)
{
	(void)unused;
	assert_int_equal(clock_parse("2012-03-31T15:00:00Z"),
	    report_year_day_end("2012-03-31"));
	assert_int_equal(clock_parse("2012-02-29T15:00:00Z"),
	    report_year_day_end("2012-02-29"));
	assert_int_equal(-1, report_year_day_end("2011-02-29"));
	assert_int_equal(-1, report_year_day_end("2011-13-01"));
	assert_int_equal(-1, report_year_day_end("2011-1-1"));
	assert_int_equal(-1, report_year_day_end("2011-01-011"));
	assert_int_equal(-1, report_year_day_end("today"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(years_begin_in_april_in_japan),
		cmocka_unit_test(years_have_labels),
		cmocka_unit_test(years_are_read),
		cmocka_unit_test(days_have_eras),
		cmocka_unit_test(days_end_in_japan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
