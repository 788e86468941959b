/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_MAILBOX_H
#define SKM_MAIL_MAILBOX_H

#include "milter/mail/reading.h"

/* Mailboxes in the mbox format (RFC 4155), as an attachment. */

/* A line "From ..." and a header field behind it. */
bool mailbox_is(struct span bytes);

/* Adds each of its messages. */
void mailbox_read(struct reading *r, struct node *n, struct span bytes);

#endif
