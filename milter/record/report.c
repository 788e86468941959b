/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "milter/base/clock.h"
#include "milter/record/report.h"
#include "milter/record/report_fold.h"
#include "milter/base/banned.h"

#define HOUR (INT64_C(3600) * 1000000)

static bool
each(void *context, json_t *event)
{
	return report_fold_event(context, event);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct report_system *)a)->id,
	    ((const struct report_system *)b)->id);
}

int
report_collect(const struct conf *conf, struct report *r, struct reason *why)
{
	struct report_fold f = { .report = r, .why = why };
	int result;

	r->begin = report_year_begin(r->year);
	r->end = report_year_begin(r->year + 1);
	if (journal_verify(conf, NULL, &r->journal, why) == -1)
		return -1;
	result = journal_read(conf, r->begin, r->as_of, each, &f, why);
	report_fold_end(&f);
	if (result == -1 || f.bad) {
		report_free(r);
		return -1;
	}
	if (r->systems_count > 1)
		qsort(r->systems, r->systems_count, sizeof *r->systems,
		    by_name);
	return 0;
}

void
report_free(struct report *r)
{
	free(r->systems);
	r->systems = NULL;
	r->systems_count = 0;
}

uint64_t
report_hours(const struct report *r)
{
	int64_t end = r->as_of != 0 ? r->as_of : r->last;

	if (end > r->end)
		end = r->end;
	/* An hour that has begun counts: it has had its first sample. */
	return end <= r->begin ? 0
			       : (uint64_t)((end - r->begin + HOUR - 1) / HOUR);
}
