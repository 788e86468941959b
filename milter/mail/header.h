/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_HEADER_H
#define SKM_MAIL_HEADER_H

#include "milter/mail/reading.h"

/*
 * Header sections (RFC 5322 2.2), of messages and of parts alike.
 *
 * Readers disagree about where a broken section ends. This one ends where
 * most do: at an empty line, or before the first line that is no field. Every
 * place where another reader would go another way is a mark.
 */

/*
 * Reads the fields at the start of n's bytes into the part and sets n->body to
 * what follows them.
 */
void header_read(struct reading *r, struct node *n);

/* Do the bytes begin as a message does: with a field, or with the "From " line
 * of a mailbox? */
bool header_begins(struct span s);

/* Marks the fields of which one is allowed and two with other values stand
 * there: Content-Type, Content-Transfer-Encoding, Content-Disposition. */
void header_duplicates(struct reading *r, struct node *n);

#endif
