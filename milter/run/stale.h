/* SPDX-License-Identifier: ISC */
#ifndef SKM_RUN_STALE_H
#define SKM_RUN_STALE_H

#include <stdbool.h>
#include <stddef.h>

#include "milter/act/act.h"

/*
 * Header fields that come from outside and say what only we may say:
 * X-Sekimori-* of any kind, and Authentication-Results with our own id (RFC
 * 8601, section 5). They are counted while the header passes and removed when
 * the message is let through. Also finds the release token.
 */
struct stale {
	struct stale_header *fields;
	size_t count, room;
	int results;        /* Authentication-Results seen so far */
	struct {
		char name[64];
		int seen;
	} names[32];        /* positions of X-Sekimori-* fields */
	size_t names_count;
	bool overflow;      /* more kinds or fields than are kept: defer */
	char token[256];    /* value of X-Sekimori-Release, or "" */
};

/* Looks at one header field. */
void stale_header(struct stale *s, const char *name, const char *value,
    const char *authserv_id);

/* Forgets all. */
void stale_reset(struct stale *s);

#endif
