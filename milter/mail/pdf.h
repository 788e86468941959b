/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_PDF_H
#define SKM_MAIL_PDF_H

#include "milter/mail/reading.h"

/*
 * PDF (ISO 32000-1), read from the objects that stand in the bytes and not by
 * the table at their end: readers mend a broken table, so an attacker breaks it.
 *
 * Members are the embedded files, the parts of a form in XML, and one text with
 * all objects outside of streams (ORIGIN_OBJECTS): an object a line, names with
 * their #xx resolved, strings as (...) in UTF-8, one blank behind each token,
 * those packed into object streams included, and values in the place of
 * references to them (pdfvalue.h). Links become links of the part. An inspector
 * needs no more.
 */

/* Readers look for the mark in the first 1,024 bytes, and mend what has none. */
bool pdf_is(struct span bytes);

/* Adds the members of n. One that needs a password waits for it (unlock.h). */
void pdf_read(struct reading *r, struct node *n, struct span bytes);

#endif
