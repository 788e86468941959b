/* SPDX-License-Identifier: ISC */
#ifndef SKM_LOOKUP_RESOLVE_H
#define SKM_LOOKUP_RESOLVE_H

#include <stddef.h>
#include <stdint.h>

#include "milter/base/conf.h"
#include "milter/base/reason.h"

/*
 * One DNS question at a time, by libunbound, until a deadline.
 *
 * libunbound's other interfaces start a thread, which Landlock and no_new_privs
 * of the thread that closes the cage do not reach, or fork, which the cage
 * forbids. Driven by an event loop it does neither, and the deadline is a timer
 * of that loop: what is late is given up, whatever the servers do.
 */
enum answer_status {
	ANSWER_FOUND, /* packet has records of the type */
	ANSWER_NO_DATA, /* the name has none of the type */
	ANSWER_NO_NAME, /* NXDOMAIN (RFC 1035 4.1.1) */
	ANSWER_FAILED /* SERVFAIL, no answer in time, a loop */
};

enum { RESOLVE_PACKET = 65535 };

/* Opens the resolver with dns_servers or /etc/resolv.conf and opens every file
 * it will need; resolve_close() ends it. */
int resolve_open(const struct conf *conf, struct reason *why);
void resolve_close(void);

/*
 * Asks for name (text, without the last dot) and type (ns_t_*) in class IN
 * until deadline (clock_ms()). packet, RESOLVE_PACKET bytes of the caller's,
 * gets the answer (RFC 1035 4.1) and *len its length if it was found.
 */
enum answer_status resolve_ask(const char *name, int type, int64_t deadline,
    unsigned char *packet, size_t *len);

#endif
