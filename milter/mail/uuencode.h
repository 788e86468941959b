/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_UUENCODE_H
#define SKM_MAIL_UUENCODE_H

#include "milter/mail/reading.h"

/* Files spelled out in text, which Outlook and others show as attachments: by
 * uuencode between "begin 644 name" and "end", by yEnc (yenc.org, version 1.3)
 * between "=ybegin" and "=yend". */

/* Makes a child of n for each uuencoded file in its decoded bytes. */
void uuencode_read(struct reading *r, struct node *n, struct span bytes);

/* The same for yEnc, which needs all 8 bits and so is in files as well. */
void yenc_read(struct reading *r, struct node *n, struct span bytes);

#endif
