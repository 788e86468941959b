/* SPDX-License-Identifier: ISC */
#ifndef SKM_LOOKUP_LOOKUP_H
#define SKM_LOOKUP_LOOKUP_H

#include "milter/base/conf.h"
#include "milter/base/reason.h"
#include "policy/envelope.h"
#include "policy/findings.h"

/*
 * What the DNS says about a sender. Runs in the lookup server only: its
 * libraries have been remotely crashable (libspf2 1.2.10 overflows a stack
 * buffer on a long record with many macros), so records are filtered before
 * they reach it, and a crash is permerror.
 */

/* Once per child, before the sandbox closes: resolver context and such. */
int lookup_prepare(const struct conf *conf, struct reason *why);

/*
 * Looks up the envelope's sender and states exactly one spf.* fact (none for
 * mail from inside), until deadline (clock_ms()). Its evidence is what
 * Authentication-Results needs: "smtp.mailfrom=DOMAIN" or "smtp.helo=NAME",
 * and the reason behind it. Sets f->finished.
 */
void lookup_envelope(const struct envelope *e, struct findings *f,
    int64_t deadline);

#endif
