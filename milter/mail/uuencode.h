/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_UUENCODE_H
#define SKM_MAIL_UUENCODE_H

#include "milter/mail/reading.h"

/* Files between "begin 644 name" and "end" in text, which Outlook and others
 * show as attachments. */

/* Makes a child of n for each such file in its decoded bytes. */
void uuencode_read(struct reading *r, struct node *n, struct span bytes);

#endif
