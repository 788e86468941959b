/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_DOCLINK_H
#define SKM_MAIL_DOCLINK_H

#include "milter/mail/reading.h"

/*
 * The links of office documents (OOXML, ODF) that wait for a click, so that
 * they are judged like those of a mail.
 */

/* Adds the links in bytes, a member of the document; does nothing when it is
 * none that has links. */
void doclink_read(struct reading *r, struct node *n, struct span bytes);

#endif
