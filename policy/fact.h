/* SPDX-License-Identifier: ISC */
#ifndef SKM_POLICY_FACT_H
#define SKM_POLICY_FACT_H

#include <stddef.h>

/*
 * The vocabulary between inspection and policy: policy/facts.def, row by row.
 * Nothing else crosses from what read the mail to what judges it.
 */
enum severity { SEVERITY_info, SEVERITY_low, SEVERITY_medium, SEVERITY_high };

enum fact {
#define FACT(id, name, severity, en, ja, basis) FACT_##id,
#include "policy/facts.def"
#undef FACT
	FACT_COUNT
};

/* One row of facts.def. */
struct fact_row {
	const char *name;
	enum severity severity;
	const char *en, *ja;
	const char *basis;
};

/* The row of a fact; fact must be below FACT_COUNT. */
const struct fact_row *fact_row(enum fact fact);

/* The fact of that name, or FACT_COUNT when there is none. */
enum fact fact_named(const char *name);

/* "info", "low", "medium", "high". */
const char *severity_name(enum severity severity);

/* 0 and *severity, or -1 when name is none of the four. */
int severity_named(const char *name, enum severity *severity);

#endif
