/* SPDX-License-Identifier: ISC */
#ifndef SKM_ACT_INJECT_H
#define SKM_ACT_INJECT_H

#include "milter/base/conf.h"
#include "milter/quarantine/quarantine.h"
#include "milter/quarantine/spool.h"
#include "milter/record/journal.h"

/*
 * Copies of the spool -> the MTA, each once. A copy passes the filter with a
 * token; whether it passed is known even when the answer was lost, so that it
 * is never sent twice and never forgotten. One that is refused for good, or
 * not taken within spool_time, goes back to its sender as a report without the
 * text (RFC 3464).
 */
struct inject {
	const struct conf *conf;
	struct quarantine *q; /* tokens */
	struct spool *spool;
	struct journal *journal;
};

/* Sends what is due of the message id. 0, or -1 and why: it stays, and is
 * tried again. */
int inject_message(const struct inject *in, const char *id, struct reason *why);

#endif
