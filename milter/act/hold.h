/* SPDX-License-Identifier: ISC */
#ifndef SKM_ACT_HOLD_H
#define SKM_ACT_HOLD_H

#include "milter/act/release.h"

/*
 * Mail to the outside that waits by a rule that says hold: it goes on when its
 * time is over, is sent sooner, or is cancelled. Going on is a release after
 * which the filter judges it again (see release.h): once, whatever is killed
 * in between.
 */
struct hold {
	const struct conf *conf;
	struct quarantine *q;
	struct journal *journal;
};

/* What waits: array of metas, newest first (new reference); or NULL and why. */
json_t *hold_list(const struct hold *h, struct reason *why);

/* Sends on all whose time is over, and what a crash left half done. What is
 * refused for good stays held and goes no more by itself; what is not taken
 * for now is tried again. Faults are logged. */
void hold_send_due(const struct hold *h);

/* Sends one now; user and note (required) are recorded. RELEASE_REFUSED: as
 * above. */
enum release_result hold_send_now(const struct hold *h, const char *id,
    const char *user, const char *note, struct reason *why);

/* Gives one up for good; 0, or -1 when it does not wait. */
int hold_cancel(const struct hold *h, const char *id, const char *user,
    const char *note, struct reason *why);

#endif
