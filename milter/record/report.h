/* SPDX-License-Identifier: ISC */
#ifndef SKM_RECORD_REPORT_H
#define SKM_RECORD_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "milter/base/conf.h"
#include "milter/base/reason.h"
#include "milter/record/journal.h"
#include "milter/record/report_year.h"

/*
 * The figures of the annual report, made from the journal alone and in one
 * pass, so that a year of any length needs the same memory.
 *
 * An item belongs to the month and fiscal year in which it was born; what
 * became of it is read at as_of. Every number here is a count of events: what
 * the filter did not record it does not claim.
 */
enum {
	REPORT_SYSTEMS = 64,
	REPORT_NAMES = 32, /* quarantine classes, algorithms of one system */
	REPORT_NAME = 128,
	REPORT_HOURS = 366 * 24
};

/* Counts of one month of one system; REPORT_COUNT rows in their order. */
struct report_month {
#define REPORT_COUNT(name) uint64_t name;
#include "milter/record/report_counts.def"
#undef REPORT_COUNT
};

/* A name that mail or administrators chose, with its counts by month. */
struct report_named {
	char name[REPORT_NAME];
	uint64_t months[REPORT_YEAR_MONTHS];
};

/* An hour of the fiscal year, by its samples of the signatures' age. */
enum report_hour { HOUR_UNSEEN, HOUR_FRESH, HOUR_AGED, HOUR_OLD };

struct report_system {
	char id[REPORT_NAME];
	struct report_month months[REPORT_YEAR_MONTHS];
	struct report_named classes[REPORT_NAMES], algorithms[REPORT_NAMES];
	size_t classes_count, algorithms_count;
	uint8_t hours[REPORT_HOURS]; /* enum report_hour */
	uint64_t samples, samples_unknown, samples_reduced;
	int64_t oldest; /* seconds, the longest age that was sampled */
	uint64_t updates_refused;
	char engine[REPORT_NAME]; /* the last one sampled */
	int64_t heartbeat; /* the last one */
	int64_t gaps; /* seconds of silences over 15 minutes, in all */
};

struct report {
	int year;
	int64_t begin, end; /* of the fiscal year, end exclusive */
	int64_t as_of; /* exclusive; 0: until the last event */
	int64_t last; /* time of the last event that counted; 0: none */
	bool draft;
	const char *only; /* this system alone, or NULL */
	struct report_system *systems; /* in the order of their names */
	size_t systems_count;
	struct journal_report journal;
};

/*
 * Verifies the journal and counts. r has year, as_of, draft and only; the
 * rest is filled and freed by report_free(). 0 also when the journal has
 * faults (r->journal says so); -1 when it cannot be read or has more systems
 * or names than there is room for.
 */
int
report_collect(const struct conf *conf, struct report *r, struct reason *why);
void report_free(struct report *r);

/* Hours of the fiscal year until as_of: the samples that should be there. */
uint64_t report_hours(const struct report *r);

#endif
