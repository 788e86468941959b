/* SPDX-License-Identifier: ISC */
#ifndef SKM_RUN_GATE_H
#define SKM_RUN_GATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "milter/act/pace.h"
#include "milter/quarantine/quarantine.h"
#include "milter/quarantine/spool.h"
#include "milter/record/journal.h"
#include "milter/run/campaign.h"
#include "milter/run/pairs.h"
#include "milter/run/site.h"

/*
 * What all connections of the front share: the site in force, the journal,
 * the quarantine, the servers' sockets, and a few counts.
 */
struct gate {
	_Atomic(struct site *) site; /* see gate_use_site() */
	struct journal *journal;
	struct quarantine *quarantine;
	struct spool *spool;
	struct pairs *pairs;
	struct pace *pace; /* of notices to senders */
	struct campaigns *campaigns; /* NULL: campaign_table is 0 */
	char scan_socket[512], lookup_socket[512], seal_socket[512],
	    verify_socket[512];
	_Atomic bool draining; /* SIGTERM: defer what comes now */
	_Atomic int64_t connections;
	_Atomic int64_t busy; /* messages between MAIL and answer */
	_Atomic uint64_t messages; /* answered since the start */
};

/* The one gate of the process; set before the first connection. */
extern struct gate gate;

/* A user's share of the site in force; site_done() gives it back. */
struct site *gate_use_site(void);

/* Puts a new site in force and gives up the old one; steals next. */
void gate_switch_site(struct site *next);

#endif
