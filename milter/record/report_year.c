/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "milter/base/count.h"
#include "milter/record/report_year.h"
#include "milter/base/banned.h"

#define SECOND INT64_C(1000000)

enum { JAPAN = 9 * 3600, DAY = 86400 };

static const struct era {
	const char *name, *letter;
	int fiscal, year, month, day;
} eras[] = {
#define ERA(name, letter, fiscal, year, month, day) \
	{ name, letter, fiscal, year, month, day },
#include "milter/record/report_eras.def"
#undef ERA
};

struct day {
	int year, month, day;
};

/* Days since 1970-01-01 of a day of the Gregorian calendar; the year begins
 * in March, so that the leap day is its last. */
static int64_t
days_of(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400, of_era = y - era * 400;
	int64_t of_year =
	    (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
	       of_year - 719468;
}

static struct day
day_of(int64_t time)
{
	int64_t seconds = time / SECOND - (time % SECOND < 0) + JAPAN;
	int64_t days = seconds / DAY - (seconds % DAY < 0);
	struct day d = { .year = 1970 + (int)(days / 365), .month = 12 };

	while (days_of(d.year, 1, 1) > days)
		d.year--;
	while (days_of(d.year, d.month, 1) > days)
		d.month--;
	d.day = (int)(days - days_of(d.year, d.month, 1)) + 1;
	return d;
}

static int64_t
begin_of(int year, int month, int day)
{
	return (days_of(year, month, day) * DAY - JAPAN) * SECOND;
}

int
report_year_of(int64_t time)
{
	struct day d = day_of(time);

	return d.month >= 4 ? d.year : d.year - 1;
}

int64_t
report_year_begin(int year)
{
	return begin_of(year, 4, 1);
}

int
report_year_month(int64_t time)
{
	return (day_of(time).month + 8) % REPORT_YEAR_MONTHS;
}

/* Full-width digits as ASCII ones. */
static void
narrow(const char *text, char *out, size_t size)
{
	size_t n = 0;

	while (*text != '\0' && n + 1 < size) {
		if (strncmp(text, "\xef\xbc", 2) == 0 &&
		    (unsigned char)text[2] >= 0x90 &&
		    (unsigned char)text[2] <= 0x99) {
			out[n++] = (char)('0' + (unsigned char)text[2] - 0x90);
			text += 3;
		} else {
			out[n++] = *text++;
		}
	}
	out[n] = '\0';
}

/* The number that text is, with or without the words for "fiscal year". */
static int
number(const char *text)
{
	size_t digits = strspn(text, "0123456789");
	const char *rest = text + digits;

	if (strncmp(text, "元", strlen("元")) == 0) {
		rest = text + strlen("元");
		digits = 0;
	} else if (digits == 0 || digits > 4) {
		return -1;
	}
	if (*rest != '\0' && strcmp(rest, "年度") != 0 &&
	    strcmp(rest, "年") != 0)
		return -1;
	return digits == 0 ? 1 : atoi(text);
}

static int
in_era(size_t i, const char *text, int *year, struct reason *why)
{
	int n = number(text);

	*year = eras[i].year + n - 1;
	/* The last year of an era has both names: 平成31 is 令和元. */
	if (n < 1 || *year < eras[i].fiscal ||
	    (i > 0 && *year > eras[i - 1].fiscal))
		return reason_set(why, "%s has no fiscal year \"%s\"",
		    eras[i].name, text);
	return 0;
}

int
report_year_parse(const char *text, int *year, struct reason *why)
{
	char plain[REPORT_YEAR_TEXT];

	narrow(text, plain, sizeof plain);
	for (size_t i = 0; i < COUNT(eras); i++) {
		size_t name = strlen(eras[i].name);

		if (strncmp(plain, eras[i].name, name) == 0)
			return in_era(i, plain + name, year, why);
		if (plain[0] == eras[i].letter[0])
			return in_era(i, plain + 1, year, why);
	}
	*year = number(plain);
	if (*year >= 1900 && *year <= 9000)
		return 0;
	return reason_set(why,
	    "\"%s\" is no fiscal year: write 2026, R8, 令和8 or 平成23", text);
}

void
report_year_label(int year, bool japanese, char text[REPORT_YEAR_TEXT])
{
	if (!japanese) {
		snprintf(text, REPORT_YEAR_TEXT, "FY%d", year);
		return;
	}
	for (size_t i = 0; i < COUNT(eras); i++) {
		int n = year - eras[i].year + 1;

		if (year < eras[i].fiscal)
			continue;
		if (n == 1)
			snprintf(text, REPORT_YEAR_TEXT, "%s元年度",
			    eras[i].name);
		else
			snprintf(text, REPORT_YEAR_TEXT, "%s%d年度",
			    eras[i].name, n);
		return;
	}
	snprintf(text, REPORT_YEAR_TEXT, "%d年度", year);
}

/* One digit full-width, more half-width. */
static void
digits(int n, bool seed, char text[8])
{
	if (seed && n < 10)
		snprintf(text, 8, "\xef\xbc%c", (char)(0x90 + n));
	else
		snprintf(text, 8, "%d", n % 10000);
}

void
report_year_day_ja(int64_t time, bool seed, char text[REPORT_YEAR_TEXT])
{
	struct day d = day_of(time);
	char year[32], month[8], day[8];
	const struct era *e = eras, *end = eras + COUNT(eras);
	int64_t days = days_of(d.year, d.month, d.day);

	while (e < end && days < days_of(e->year, e->month, e->day))
		e++;
	if (e == end)
		snprintf(year, sizeof year, "%d", d.year);
	else if (d.year == e->year)
		snprintf(year, sizeof year, "%s元", e->name);
	else
		snprintf(year, sizeof year, "%s%d", e->name,
		    d.year - e->year + 1);
	digits(d.month, seed, month);
	digits(d.day, seed, day);
	snprintf(text, REPORT_YEAR_TEXT, "%s年%s月%s日", year, month, day);
}

void
report_year_day_en(int64_t time, char text[REPORT_YEAR_TEXT])
{
	static const char *const months[] = { "January", "February", "March",
		"April", "May", "June", "July", "August", "September",
		"October", "November", "December" };
	struct day d = day_of(time);

	snprintf(text, REPORT_YEAR_TEXT, "%d %s %d", d.day, months[d.month - 1],
	    d.year);
}

int64_t
report_year_day_end(const char *text)
{
	int year, month, day, end = 0;
	int64_t time;
	struct day d;

	if (sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &end) != 3 ||
	    end != 10 || text[end] != '\0' || month < 1 || month > 12)
		return -1;
	time = begin_of(year, month, day);
	d = day_of(time);
	if (d.year != year || d.month != month || d.day != day)
		return -1;
	return time + DAY * SECOND;
}
