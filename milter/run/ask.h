/* SPDX-License-Identifier: ISC */
#ifndef SKM_RUN_ASK_H
#define SKM_RUN_ASK_H

#include <stdint.h>

#include "milter/base/conf.h"
#include "milter/base/reason.h"
#include "policy/envelope.h"
#include "policy/findings.h"

/*
 * The client's end of scan, lookup and verify, for the daemon and for sekimorictl.
 */
enum {
	PACKET_SCAN = 16, /* envelope_put() fields, and the message's memfd */
	/* before it: the memfd of a mail whose words may be passwords */
	PACKET_COMPANION,
	ASK_COMPANIONS = 4 /* at most */
};

struct question {
	const char
	    *scan; /* sockets; lookup NULL: nobody asks about the sender */
	const char *lookup;
	const char *verify; /* NULL: no signature is claimed */
	int message; /* sealed memfds */
	int companions[ASK_COMPANIONS]; /* other mails of the sender */
	size_t companions_count;
	const struct envelope *envelope;
};

/*
 * What the servers state about the message, asked at the same time: the DNS
 * answers and signatures are verified while scan works. Never NULL, freed by findings_free().
 *
 * Whatever goes wrong leaves a fact with the reason as its evidence:
 * scan.unfinished for scan (silence never means clean), spf.permerror for
 * lookup, whose libraries a sender's DNS may crash, signature.unchecked for
 * verify. A signature is not good on a message of which scan states that
 * readers see it differently: then it is signature.unclear.
 */
struct findings *ask_servers(const struct conf *conf, const struct question *q);

#endif
