/* SPDX-License-Identifier: ISC */
#ifndef SKM_RUN_SUPERVISOR_EVENTS_H
#define SKM_RUN_SUPERVISOR_EVENTS_H

#include <stdint.h>

#include "milter/record/journal.h"
#include "milter/run/servers.h"
#include "milter/run/site.h"

/*
 * What the supervisor writes into the journal and the log: starts and stops,
 * signatures, settings, deaths, seals. None of it fails loudly: mail does not
 * depend on it, but the log says what could not be recorded.
 */
struct supervisor_events {
	struct journal *journal;
	int64_t started; /* clock_ms() */
	/* the engine, as scan said when it became ready */
	char engine[128];
	uint64_t signatures;
	int64_t db_time;
	bool reduced, loaded;
};

/* Opens the journal and records sys.start. */
int supervisor_events_open(struct supervisor_events *e, const struct site *site,
    struct reason *why);

/* Closes the journal. */
void supervisor_events_close(struct supervisor_events *e);

/* A server is ready, failed to start, or died. */
void supervisor_event_news(struct supervisor_events *e, const struct conf *conf,
    const struct server_news *news);

/* A process ended with that wait status. */
void supervisor_event_child(struct supervisor_events *e, const char *name,
    int status);

/* Settings and policy were read again; next NULL: refused, because of why. */
void supervisor_event_reload(struct supervisor_events *e,
    const struct site *last, const struct site *next, const struct reason *why);

/* sys.heartbeat; av.sample with the age of the signatures; log.seal; sys.stop */
void supervisor_event_heartbeat(struct supervisor_events *e);
void supervisor_event_sample(struct supervisor_events *e);
void supervisor_event_seal(struct supervisor_events *e);
void supervisor_event_stop(struct supervisor_events *e);

#endif
