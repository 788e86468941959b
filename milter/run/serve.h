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
 * is over its time is killed by the parent and replaced. The listening socket
 * is the bounded queue. On SIGTERM the children finish what is queued and the
 * parent ends (drain); when its control descriptor closes all end at once.
 */
struct server {
	const char *name; /* "scan": program, socket and log name */
	enum sandbox_profile profile;
	const char *user; /* the setting, when started as root */
	int64_t children; /* processes that serve; 0: one a core */
	int64_t messages; /* connections a child serves */
	int64_t seconds; /* time for one connection */
	uint64_t memory; /* see struct sandbox; 0: not limited */
	uint64_t temp; /* bytes of the temporary folder */
	const char *const *readable; /* see struct sandbox */
	/* In the parent, before forking: load and self-test. Fills ready with
	 * one line for whoever started it. NULL: nothing to load. */
	int (*load)(const struct conf *conf, char *ready, size_t size,
	    struct reason *why);
	/* In each child, before the cage closes; temp is its own empty
	 * folder. NULL: nothing to prepare. */
	int (*prepare)(const struct conf *conf, const char *temp,
	    struct reason *why);
	/* One connection, with the cage closed; -1 ends the child (a limit, a
	 * connection that made no sense). */
	int (*serve)(int connection, struct reason *why);
};

/* The longest ready line, with its NUL. */
enum { SERVE_READY = 512 };

/*
 * main() of a server: `NAME -c FILE -s SOCKET [-n CHILDREN]`. fill sets what
 * depends on the settings. The control descriptor is number 3 if it is a
 * socket: "ready LINE\n" or "failed REASON\n" is written there once. Returns
 * the exit status.
 */
int serve_main(struct server *server,
    void (*fill)(struct server *server, const struct conf *conf), int argc,
    char **argv);

#endif
