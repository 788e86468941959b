/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_STORAGE_H
#define SKM_MAIL_STORAGE_H

#include <gsf/gsf-input.h>

#include "milter/mail/reading.h"

/*
 * The streams of a compound file (see compound.h), for all that read some.
 */

/* All of a stream, in the arena, counted against the limits; what one forbids
 * or what cannot be read is a mark, and empty. */
struct span storage_bytes(struct reading *r, struct node *n, GsfInput *stream);

/* Adds a stream as it is (ORIGIN_STREAM), if it is not empty. The source of
 * its name is "stream", or what else it is to an inspector. */
void storage_add(struct reading *r, struct node *n, const char *name,
    struct span bytes, const char *source);

/* The name of a stream or storage in UTF-8, in the arena. */
const char *storage_name(struct reading *r, const char *name);

/* Says that a limit on something in a compound file was reached. */
void storage_limit(struct reading *r, struct node *n, const char *of, int most);

/* Says that a stream is broken. */
void storage_broken(struct reading *r, struct node *n);

#endif
