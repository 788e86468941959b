/* SPDX-License-Identifier: ISC */
#ifndef SKM_RUN_DOCTOR_H
#define SKM_RUN_DOCTOR_H

#include <stdbool.h>

#include "milter/base/conf.h"
#include "milter/run/outcome.h"
#include "milter/run/postfix.h"
#include "policy/envelope.h"

/*
 * Looks at the MTA's own settings for every way around the filter: FAILED is a
 * way that mail can take uninspected, or in clear where it must not, WARNING
 * what loses mail, or opens such a way together with another mistake.
 */
struct doctor {
	const struct conf *conf;
	struct places *places;
	struct outcomes outcomes;
};

/* Postfix, as postconf(1) reads its settings. */
void doctor_postfix(struct doctor *d, const struct postfix *p);

/* doctor_fence.c, for doctor_postfix(): the second fence, and what leads
 * around it. */
void doctor_fence(struct doctor *d, const struct postfix *p);

/* Sendmail, from its sendmail.cf. */
void doctor_sendmail(struct doctor *d, const char *file);

/* Is this the filter's socket: "unix:PATH", also below root (a chroot), or
 * "inet:HOST:PORT" as Postfix and "inet:PORT@HOST" as Sendmail write it? */
bool
doctor_is_us(const struct doctor *d, const char *socket, const char *root);

#endif
