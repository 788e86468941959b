/* SPDX-License-Identifier: ISC */
#ifndef SKM_ACT_PACE_H
#define SKM_ACT_PACE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * How much was done for whom within the hour: a machine that sends without end
 * is not answered without end. Two that share a place share its count. Safe
 * from many threads.
 */
struct pace;

/* An empty table, or NULL without memory; pace_free() frees. */
struct pace *pace_new(void);
void pace_free(struct pace **p);

/* Once more for that address, now being seconds since 1970: is it at most
 * hourly times in this hour? */
bool
pace_allows(struct pace *p, const char *address, int64_t now, int64_t hourly);

#endif
