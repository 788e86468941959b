/* SPDX-License-Identifier: ISC */
#ifndef SKM_RUN_SESSION_H
#define SKM_RUN_SESSION_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "milter/base/reason.h"
#include "milter/quarantine/quarantine.h"
#include "milter/record/journal.h"
#include "milter/run/site.h"

/*
 * The libmilter callbacks: collect, ask, decide, act. Nothing else.
 *
 * Every no-reply flag is negotiated, so nothing is answered before the end of
 * the message: one round trip a message. Nothing is kept in threads (libmilter
 * moves sessions between them); what a callback needs hangs on the connection,
 * and a connection that is idle holds some 300 bytes.
 */
struct gate {
	_Atomic(struct site *) site; /* see gate_site() */
	struct journal *journal;
	struct quarantine *quarantine;
	char scan_socket[512], lookup_socket[512], seal_socket[512];
	_Atomic bool draining; /* SIGTERM: defer what comes now */
	_Atomic int64_t connections;
	_Atomic int64_t busy; /* messages between MAIL and answer */
	_Atomic uint64_t messages; /* answered since the start */
};

/* The one gate of the process; set before session_register(). */
extern struct gate gate;

/* Registers the callbacks with libmilter (smfi_register). */
int session_register(struct reason *why);

/* A user's share of the site in force; site_done() gives it back. */
struct site *session_site(void);

/* Puts a new site in force and gives up the old one; steals next. */
void session_switch(struct site *next);

#endif
