/* SPDX-License-Identifier: ISC */
#ifndef SKM_BASE_CLOCK_H
#define SKM_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

/* Milliseconds of a clock that no one can set: for deadlines and durations. */
int64_t clock_ms(void);

/* Microseconds since 1970-01-01 UTC: for records. */
int64_t clock_now(void);

enum { CLOCK_TEXT = 28 };

/* RFC 3339 UTC with microseconds, "2026-11-23T01:02:03.000004Z". */
void clock_text(int64_t microseconds, char text[CLOCK_TEXT]);

/* Reads what clock_text() writes (fraction optional, or a plain date).
 * Microseconds since 1970, or -1 when it is no such time. */
int64_t clock_parse(const char *text);

#endif
