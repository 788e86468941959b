/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "certs/algorithms.h"
#include "milter/base/count.h"
#include "milter/base/banned.h"

enum { EVER = 1, NEVER = 99999999 };

static const struct {
	enum algorithm_operation operation;
	const char *name;
	int bits, from, until;
	enum algorithm_answer answer;
} rows[] = {
#define ALGORITHM(operation, name, bits, from, until, answer) \
	{ ALGORITHM_##operation, name, bits, from, until, ALGORITHM_##answer },
#define MONITORED(name)
#include "certs/algorithms.def"
#undef ALGORITHM
#undef MONITORED
};

static const char *const monitored[] = {
#define ALGORITHM(operation, name, bits, from, until, answer)
#define MONITORED(name) name,
#include "certs/algorithms.def"
#undef ALGORITHM
#undef MONITORED
};

enum algorithm_answer
algorithm_allowed(enum algorithm_operation operation, const char *name,
    int bits, int day)
{
	for (size_t i = 0; i < COUNT(rows); i++)
		if (rows[i].operation == operation &&
		    strcmp(rows[i].name, name) == 0 && rows[i].bits <= bits &&
		    rows[i].from <= day && day < rows[i].until)
			return rows[i].answer;
	return ALGORITHM_DENY;
}

bool
algorithm_monitored(const char *name)
{
	for (size_t i = 0; i < COUNT(monitored); i++)
		if (strcmp(monitored[i], name) == 0)
			return true;
	return false;
}

int
algorithm_day(time_t when)
{
	struct tm tm;

	if (gmtime_r(&when, &tm) == NULL)
		return 0;
	return (tm.tm_year + 1900) * 10000 + (tm.tm_mon + 1) * 100 + tm.tm_mday;
}
