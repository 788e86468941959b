/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_ONENOTE_H
#define SKM_MAIL_ONENOTE_H

#include "milter/mail/reading.h"

/*
 * Sections of OneNote (MS-ONESTORE): pages on which files lie, and a click on
 * a picture may be one on the file behind it.
 */
bool onenote_is(struct span bytes);

/*
 * Adds the files that lie in it, pictures of its pages among them, wherever one
 * begins: a list that does not name one hides nothing. Both forms are read,
 * that of a file (MS-ONESTORE) and that of the service (MS-FSSHTTPB).
 */
void onenote_read(struct reading *r, struct node *n, struct span bytes);

#endif
