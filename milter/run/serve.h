/* SPDX-License-Identifier: ISC */
#ifndef SKM_RUN_SERVE_H
#define SKM_RUN_SERVE_H

#include <stdint.h>

#include "milter/base/conf.h"
#include "milter/base/reason.h"
#include "milter/run/sandbox.h"

/*
 * The servers' end: one parent that loads what is slow, and sandboxed
 * children that serve one connection at a time.
 *
 * The parent never sees a byte of mail. Each child closes its cage before it
 * accepts its first connection, serves `messages` of them and ends; one that
 * is over its time is killed by the parent. The listening socket is the
 * bounded queue. On SIGTERM the parent has the children finish what is queued
 * and ends (drain); when its control descriptor closes it ends at once.
 */
struct server {
	const char *name;       /* "scan": program, socket and log name */
	enum sandbox_profile profile;
	int64_t children, messages, seconds;
	/* In the parent, before forking: load, self-test. Fills ready with one
	 * line for the supervisor ("ClamAV 1.4.6/27000 8700000 ..."). */
	int (*load)(const struct conf *conf, char *ready, size_t size,
	    struct reason *why);
	/* In each child, before the cage closes; temp is its own folder. */
	int (*prepare)(const struct conf *conf, const char *temp,
	    struct reason *why);
	/* One connection; -1 ends the child (after a limit). */
	int (*serve)(int connection, struct reason *why);
};

/*
 * main() of a server: `scan -c FILE -s SOCKET [-n CHILDREN]`, control on
 * descriptor 3 if it is open: "ready LINE\n" or "failed REASON\n" is written
 * there once.
 */
int serve_main(struct server *server, int argc, char **argv);

#endif
