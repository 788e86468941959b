/* SPDX-License-Identifier: ISC */
#ifndef SKM_QUARANTINE_SWEEP_H
#define SKM_QUARANTINE_SWEEP_H

#include <stdbool.h>

#include "milter/base/conf.h"
#include "milter/base/reason.h"
#include "milter/quarantine/folder.h"

/*
 * What a crash left behind, put right: the folders are the truth, the index
 * and the journal follow them.
 */

/*
 * Opens q->index, made again from the folders when it is new. Rows of open
 * states are brought in line with the folders. With sweep also: tmp/ is
 * emptied, every folder is indexed, discarded messages are removed, rows
 * without a folder are marked "lost", and held mail whose event a crash
 * prevented is found; what was found is in q->swept.
 */
int sweep_open(struct quarantine *q, const struct conf *conf, bool sweep,
    struct reason *why);

/* Held mail of the hour before the newest whose quarantine.create is not in
 * the journal is put into q->swept. */
int
sweep_events(struct quarantine *q, const struct conf *conf, struct reason *why);

/* Adds the fields of a quarantine.recover event to q->swept. */
void sweep_note(struct quarantine *q, const char *id, const char *state,
    const char *note);

#endif
