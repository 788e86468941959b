/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_LEVEL_H
#define SKM_MAIL_LEVEL_H

#include "milter/mail/boundary.h"
#include "milter/mail/walk.h"

/*
 * The open multiparts of a walk, and which of them a line belongs to: where
 * boundaries are alike, padded or in each other's way, readers differ.
 */

/* The level whose delimiter line is to the reader, and what kind of one; -1
 * if it is none. */
int level_of(struct walk *w, struct span line, enum boundary_line *kind);

/* Is c one of those that some reader skips as a blank? */
bool level_blank(unsigned char c);

#endif
