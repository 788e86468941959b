/* SPDX-License-Identifier: ISC */
#ifndef SKM_RUN_SPAWN_H
#define SKM_RUN_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>

#include "milter/base/conf.h"
#include "milter/base/reason.h"
#include "milter/run/serve.h"

/*
 * Starting the servers: fork and exec, with one control socket on descriptor
 * 3. A server says "ready ..." or "failed ..." there once, and ends when the
 * socket closes.
 */
struct spawned {
	pid_t pid; /* 0: none */
	int control; /* -1: none */
	bool ready;
	char line[SERVE_READY]; /* what it said behind "ready"/"failed" */
	char socket[512];
};

/* Starts libexec_dir/name -c file -s socket [-n children]; children 0 leaves
 * it to the settings. */
int spawn_server(struct spawned *s, const struct conf *conf, const char *name,
    const char *file, const char *socket, int children, struct reason *why);

/*
 * Reads what the server says, waiting at most until deadline (clock_ms()).
 * 1: it is ready; 0: nothing yet; -1: it failed or died, why says so.
 */
int spawn_answer(struct spawned *s, int64_t deadline, struct reason *why);

/* Has it finish what is queued and end (drain), without waiting. */
void spawn_drain(struct spawned *s);

/* Ends it at once, buries it, and takes its socket away. */
void spawn_end(struct spawned *s);

#endif
