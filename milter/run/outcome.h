/* SPDX-License-Identifier: ISC */
#ifndef SKM_RUN_OUTCOME_H
#define SKM_RUN_OUTCOME_H

#include <jansson.h>
#include <stdbool.h>

/*
 * What a look at the system found, a line each: for an operator, or as JSON
 * (an array of test, result, text).
 */
enum outcome { OUTCOME_OK, OUTCOME_WARNING, OUTCOME_FAILED };

struct outcomes {
	json_t *lines; /* as JSON, or NULL */
	int failed, warned;
};

/* Begins; json: the lines are kept for the end. */
void outcomes_begin(struct outcomes *o, bool json);

/* One line: about what, and what was found. */
void outcomes_say(struct outcomes *o, enum outcome outcome, const char *subject,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Prints the sums, or all as JSON. The exit status: COMMAND_FAILED when
 * anything failed. */
int outcomes_end(struct outcomes *o);

#endif
