/* SPDX-License-Identifier: ISC */
#ifndef SKM_RECORD_REPORT_FOLD_H
#define SKM_RECORD_REPORT_FOLD_H

#include <jansson.h>

#include "milter/base/ident.h"
#include "milter/record/report.h"

/*
 * One event after another into the figures. The events of one message are
 * appended to the journal as one unit, so that one message is open at a time.
 */
struct report_mail {
	char msg[IDENT_SIZE];
	struct report_system *system; /* NULL: none is open */
	int month;
	bool inbound, outbound, released, judged, finished, uninspected, found;
	char tls[16];
	struct report_month verdicts; /* what was decided, not yet counted */
};

struct report_fold {
	struct report *report;
	struct report_mail mail;
	/* Held mail whose fate is known: 64 random bits of its identifier.
	 * People decide it one by one, so that it is small; a release that a
	 * crash had recorded twice counts once. */
	uint64_t *decided;
	size_t decided_count, decided_size;
	struct reason *why;
	bool bad;
};

/* Takes one event in; false (and bad, why) when there is no room. */
bool report_fold_event(struct report_fold *f, json_t *event);

/* After the last event. */
void report_fold_end(struct report_fold *f);

#endif
