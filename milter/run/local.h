/* SPDX-License-Identifier: ISC */
#ifndef SKM_RUN_LOCAL_H
#define SKM_RUN_LOCAL_H

#include <stdbool.h>

#include "milter/run/site.h"
#include "milter/run/spawn.h"

/*
 * A gate without an MTA, for `sekimorictl scan` and `selftest`: servers of its
 * own in a scratch folder, asked in the same way as by the daemon.
 */
struct local_gate {
	struct site *site;
	char folder[64];
	struct spawned scan, lookup, verify;
	bool online; /* lookup is asked too */
};

/* Starts the servers and waits for them; children 0: one a core. The gate is
 * closed again on failure. */
int local_open(struct local_gate *g, const char *file, int children,
    bool online, struct reason *why);
void local_close(struct local_gate *g);

/* What the servers state about the sealed message; never NULL, freed by the
 * caller. Unfinished findings carry scan.unfinished. Safe from many threads. */
struct findings *local_inspect(const struct local_gate *g, int message,
    const struct envelope *e);

/* A sealed memfd with the bytes, or -1 and why. */
int local_message(const char *bytes, size_t size, struct reason *why);

#endif
