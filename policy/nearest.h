/* SPDX-License-Identifier: ISC */
#ifndef SKM_POLICY_NEAREST_H
#define SKM_POLICY_NEAREST_H

#include <stddef.h>

/*
 * The known name that someone meant who wrote another: the candidate with the
 * fewest letters inserted, left out, or changed, if they are few.
 */
struct nearest {
	const char *written, *best;
	size_t distance;
	char text[96];
};

/* Begins the search for what was written. */
void nearest_init(struct nearest *n, const char *written);

/* A name that could have been meant. */
void nearest_offer(struct nearest *n, const char *candidate);

/* ", did you mean \"NAME\"?", or "" when nothing is near; belongs to n. */
const char *nearest_text(struct nearest *n);

#endif
