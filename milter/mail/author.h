/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_AUTHOR_H
#define SKM_MAIL_AUTHOR_H

#include "milter/mail/reading.h"

/*
 * The author that a reader shows. DMARC looks at one address and people at
 * another if From can be read in two ways (reliability.md B28, X2), so every
 * such way is a mark.
 */

/* Sets from_address, from_domain and from_display of the message from the
 * From fields of its root, and marks MARK_TWO_FROM. */
void author_read(struct reading *r, struct node *root);

#endif
