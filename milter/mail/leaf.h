/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_LEAF_H
#define SKM_MAIL_LEAF_H

#include "milter/mail/param.h"

/*
 * What is not a container: its decoded bytes, their hash, the text and links
 * that a person would see, and what else is packed into it.
 */

/* Fills n, whose header was read, from its body. */
void leaf_read(struct reading *r, struct node *n, const struct params *type);

#endif
