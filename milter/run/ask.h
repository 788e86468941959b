/* SPDX-License-Identifier: ISC */
#ifndef SKM_RUN_ASK_H
#define SKM_RUN_ASK_H

#include <stdint.h>

#include "milter/base/conf.h"
#include "milter/base/reason.h"
#include "policy/envelope.h"
#include "policy/findings.h"

/*
 * The client's end of scan and lookup, for the daemon and for sekimorictl.
 */
enum { PACKET_SCAN = 16 }; /* envelope_put() fields, and the message's memfd */

/*
 * What both servers state about the sealed message, asked at the same time:
 * the DNS answers while scan works. lookup NULL: nobody asks about the sender.
 * Never NULL, freed by findings_free().
 *
 * Whatever goes wrong leaves a fact with the reason as its evidence:
 * scan.unfinished for scan (silence never means clean), spf.permerror for
 * lookup, whose libraries a sender's DNS may crash.
 */
struct findings *ask_servers(const struct conf *conf, const char *scan,
    const char *lookup, int message, const struct envelope *e);

#endif
