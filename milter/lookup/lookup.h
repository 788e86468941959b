/* SPDX-License-Identifier: ISC */
#ifndef SKM_LOOKUP_LOOKUP_H
#define SKM_LOOKUP_LOOKUP_H

#include "milter/base/conf.h"
#include "milter/base/reason.h"
#include "policy/envelope.h"
#include "policy/findings.h"

/* The one packet that asks: envelope_put()'s fields. Answered by
 * findings_send()'s packets. */
enum { PACKET_LOOKUP = 48 };

/*
 * What the DNS says about a sender. Runs in the lookup server only: its
 * libraries have been remotely crashable (libspf2 1.2.10 overflows a stack
 * buffer on a long record with many macros), so records are filtered before
 * they reach it, and a crash is permerror.
 */

/* Once per child, before the sandbox closes: opens every file and descriptor
 * that will be needed. Afterwards only sockets to name servers are made. */
int lookup_prepare(const struct conf *conf, struct reason *why);

/*
 * Looks up the envelope's sender and states exactly one spf.* fact (none for
 * mail from inside), until deadline (clock_ms()). Its evidence is what
 * Authentication-Results needs: "smtp.mailfrom=DOMAIN" or "smtp.helo=NAME",
 * and the reason behind it. Sets f->finished.
 */
void
lookup_envelope(const struct envelope *e, struct findings *f, int64_t deadline);

/* The lookup server's row of milter/run/serve.h. */

/* In the parent: refuses settings that no child could work with. ready gets
 * the libraries' versions. */
int lookup_load(const struct conf *conf, char *ready, size_t size,
    struct reason *why);

/* lookup_prepare(); nothing is written, so temp is not used. */
int lookup_prepare_child(const struct conf *conf, const char *temp,
    struct reason *why);

/* Answers one PACKET_LOOKUP within lookup_time; -1 when the other end does not
 * speak the protocol. Does not close the connection. */
int lookup_serve(int connection, struct reason *why);

#endif
