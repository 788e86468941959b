/* SPDX-License-Identifier: ISC */
#ifndef SKM_CERTS_ALGORITHMS_H
#define SKM_CERTS_ALGORITHMS_H

#include <stdbool.h>
#include <time.h>

/*
 * The floor under every choice of an algorithm: certs/algorithms.def asked by
 * operation, name, strength and day (domain.md 2.6). Nothing else in certs/
 * has numbers of its own.
 */
enum algorithm_operation {
	ALGORITHM_ENCRYPT,
	ALGORITHM_DECRYPT,
	ALGORITHM_SIGN,
	ALGORITHM_VERIFY,
	ALGORITHM_OPERATIONS
};

/* The better, the greater. */
enum algorithm_answer { ALGORITHM_DENY, ALGORITHM_WARN, ALGORITHM_ALLOW };

/* May the algorithm be used with so many bits on that day (20261231)? A name
 * that the table has not is denied. Pure. */
enum algorithm_answer algorithm_allowed(enum algorithm_operation operation,
    const char *name, int bits, int day);

/* Is it on the list for interoperation only (運用監視)? Pure. */
bool algorithm_monitored(const char *name);

/* The day of a moment, UTC: 20261231; 0 when there is no such day, and then
 * nothing is allowed. */
int algorithm_day(time_t when);

#endif
