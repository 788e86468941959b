/* SPDX-License-Identifier: ISC */
#ifndef SKM_TESTS_RECORD_SYNTHETIC_H
#define SKM_TESTS_RECORD_SYNTHETIC_H

#include "milter/record/report.h"

/*
 * A journal of the fiscal year 2026 with known counts, written through
 * journal.h. Its time is the test's: link with -Wl,--wrap=clock_now.
 */
extern int64_t synthetic_now; /* what clock_now() says */
extern char synthetic_folder[64];
extern struct conf *synthetic_conf;

/* cmocka's group functions: make the journal in a new folder, remove it. */
int synthetic_set_up(void **unused);
int synthetic_tear_down(void **unused);

/* The figures as of the end of that day, or of the last event for NULL. */
void synthetic_collect(struct report *r, const char *as_of);

#endif
