/* SPDX-License-Identifier: ISC */
#include <assert.h>
#include <string.h>

#include "milter/base/count.h"
#include "policy/fact.h"
#include "milter/base/banned.h"

static const struct fact_row rows[] = {
#define FACT(id, name, severity, en, ja, basis) \
	{ name, SEVERITY_##severity, en, ja, basis },
#include "policy/facts.def"
#undef FACT
};

static const char *const severities[] = { "info", "low", "medium", "high" };

const struct fact_row *
fact_row(enum fact fact)
{
	assert((size_t)fact < COUNT(rows));
	return &rows[fact];
}

enum fact
fact_named(const char *name)
{
	for (size_t i = 0; i < COUNT(rows); i++)
		if (strcmp(rows[i].name, name) == 0)
			return (enum fact)i;
	return FACT_COUNT;
}

const char *
severity_name(enum severity severity)
{
	assert((size_t)severity < COUNT(severities));
	return severities[severity];
}

int
severity_named(const char *name, enum severity *severity)
{
	for (size_t i = 0; i < COUNT(severities); i++)
		if (strcmp(severities[i], name) == 0) {
			*severity = (enum severity)i;
			return 0;
		}
	return -1;
}
