/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_NAMES_H
#define SKM_MAIL_NAMES_H

#include "milter/mail/param.h"

/*
 * The file names of a part: every name that some reader would show, the one
 * that most would show first. Judging them is for others.
 */

/* Adds the names that a Content-Disposition (disposition true) or a
 * Content-Type gives; f may be NULL. */
void names_read(struct reading *r, struct node *n, const struct params *f,
    bool disposition);

/* Adds one decoded name behind the others, if it is not there yet. source is
 * kept as it is. */
void names_add(struct reading *r, struct node *n, const char *name,
    const char *source);

#endif
