/* SPDX-License-Identifier: ISC */
#ifndef SKM_RUN_SERVERS_H
#define SKM_RUN_SERVERS_H

#include <stdbool.h>
#include <stdint.h>

#include "milter/base/conf.h"
#include "milter/run/spawn.h"

/*
 * The servers as the supervisor sees them. A new generation is started
 * beside the one that serves; when it has said "ready" its socket is renamed
 * over the old one's, and the old one finishes what it has. So nothing pauses,
 * and one that fails leaves the old one serving.
 */
enum server_name {
	SERVER_SCAN,
	SERVER_LOOKUP,
	SERVER_SEAL,
	SERVER_VERIFY,
	SERVERS
};

struct generation {
	struct spawned now; /* serves */
	struct spawned next; /* is starting */
	struct spawned last; /* is draining */
	int64_t last_until; /* clock_ms(): it is killed then */
	int64_t start_after; /* clock_ms(): no new start before */
	int number; /* of generations so far */
};

struct servers {
	const struct conf *conf; /* the supervisor's, may be switched */
	const char *file;
	struct generation list[SERVERS];
};

/* What happened to a server, for the journal. */
struct server_news {
	enum server_name server;
	enum { NEWS_READY, NEWS_FAILED, NEWS_DIED } what;
	const char *text; /* its ready line, or why */
};

/* "scan", "lookup", "seal", "verify". */
const char *servers_name(enum server_name server);

/* Starts a next generation of one server (instead of one that is starting). */
void servers_renew(struct servers *s, enum server_name server);

/*
 * One step: starts what is missing, switches what is ready, ends what is over
 * its time. tell is called for each piece of news. Returns true while
 * something is starting (look again soon).
 */
bool servers_step(struct servers *s,
    void (*tell)(void *context, const struct server_news *news), void *context);

/* Process pid ended; true if it was one of these servers'. */
bool servers_buried(struct servers *s, int pid,
    void (*tell)(void *context, const struct server_news *news), void *context);

/* In a child that was forked and does not exec: closes the control sockets,
 * which must close with the supervisor. */
void servers_forked(const struct servers *s);

/* Ends all of them at once and removes their sockets. */
void servers_end(struct servers *s);

#endif
