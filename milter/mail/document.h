/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_DOCUMENT_H
#define SKM_MAIL_DOCUMENT_H

#include "milter/mail/reading.h"

/*
 * What the members of office documents (OOXML, ODF) say that the reading needs
 * to know: the links that wait for a click, so that they are judged like those
 * of a mail, and that the document is encrypted, which ODF does inside a zip
 * that is not (ODF 1.3 part 2, 4.8.3).
 */

/* Reads n, a member of a document: its links become links of n, encryption a
 * mark on the document. Does nothing when it says neither. */
void document_read(struct reading *r, struct node *n, struct span bytes);

#endif
