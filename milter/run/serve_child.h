/* SPDX-License-Identifier: ISC */
#ifndef SKM_RUN_SERVE_CHILD_H
#define SKM_RUN_SERVE_CHILD_H

#include <stdatomic.h>

#include "milter/run/serve.h"

/*
 * One child of a server, and the note it shares with its parent: since when it
 * has been serving. A child that lies there only escapes the early end: its
 * client has stopped waiting and takes its silence for a failure.
 */
struct serve_slot {
	int pid; /* 0: free; the parent writes it */
	_Atomic int64_t serving; /* clock_ms() since; 0: idle */
	char temp[128]; /* its folder */
};

/* Runs as the child until it has served its share or is told to stop, then
 * ends the process. Exit status 0: its time has come; 1: it failed. */
_Noreturn void serve_child(const struct server *server, const struct conf *conf,
    struct serve_slot *slot, int listener);

#endif
