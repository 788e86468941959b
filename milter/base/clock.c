/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "milter/base/clock.h"
#include "milter/base/banned.h"

int64_t
clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t
clock_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void
clock_text(int64_t microseconds, char text[CLOCK_TEXT])
{
	/* 9999-12-31T23:59:59.999999Z: a later year has no place. */
	const int64_t last = INT64_C(253402300799999999);

	if (microseconds < 0)
		microseconds = 0;
	if (microseconds > last)
		microseconds = last;
	time_t seconds = (time_t)(microseconds / 1000000);
	struct tm t;
	gmtime_r(&seconds, &t);
	size_t len = strftime(text, CLOCK_TEXT, "%Y-%m-%dT%H:%M:%S", &t);
	snprintf(text + len, CLOCK_TEXT - len, ".%06dZ",
	    (int)(microseconds % 1000000));
}

/* Exactly count digits at *s, which moves behind them; -1 otherwise. */
static int
digits(const char **s, int count)
{
	int value = 0;

	for (int i = 0; i < count; i++, ++*s) {
		if (**s < '0' || **s > '9')
			return -1;
		value = value * 10 + (**s - '0');
	}
	return value;
}

/* Reads count digits into *to and the separator behind them. */
static int
field(const char **s, int count, char behind, int *to)
{
	*to = digits(s, count);
	if (*to == -1 || (behind != '\0' && **s != behind))
		return -1;
	if (behind != '\0')
		++*s;
	return 0;
}

static int
parse_date(const char **s, struct tm *t)
{
	if (field(s, 4, '-', &t->tm_year) != 0 ||
	    field(s, 2, '-', &t->tm_mon) != 0 ||
	    field(s, 2, '\0', &t->tm_mday) != 0)
		return -1;
	t->tm_year -= 1900;
	t->tm_mon -= 1;
	return 0;
}

/* Up to six digits behind a point; more are read and do not count. */
static int
parse_fraction(const char **s)
{
	int value = 0, count = 0;

	if (**s != '.')
		return 0;
	for (++*s; **s >= '0' && **s <= '9'; ++*s, count++)
		if (count < 6)
			value = value * 10 + (**s - '0');
	if (count == 0 || count > 9)
		return -1;
	for (; count < 6; count++)
		value *= 10;
	return value;
}

static int
parse_time(const char **s, struct tm *t, int *fraction)
{
	if (**s != 'T')
		return -1;
	++*s;
	if (field(s, 2, ':', &t->tm_hour) != 0 ||
	    field(s, 2, ':', &t->tm_min) != 0 ||
	    field(s, 2, '\0', &t->tm_sec) != 0)
		return -1;
	*fraction = parse_fraction(s);
	if (*fraction == -1 || **s != 'Z')
		return -1;
	++*s;
	return 0;
}

int64_t
clock_parse(const char *text)
{
	struct tm t = { 0 };
	int fraction = 0;

	if (parse_date(&text, &t) != 0)
		return -1;
	if (*text != '\0' && parse_time(&text, &t, &fraction) != 0)
		return -1;
	if (*text != '\0')
		return -1;
	/* timegm() makes the 1st of March of a 31st of February: refuse. */
	struct tm same = t;
	time_t seconds = timegm(&same);
	if (same.tm_mon != t.tm_mon || same.tm_mday != t.tm_mday ||
	    same.tm_hour != t.tm_hour || same.tm_min != t.tm_min ||
	    same.tm_sec != t.tm_sec || seconds < 0)
		return -1;
	return (int64_t)seconds * 1000000 + fraction;
}
