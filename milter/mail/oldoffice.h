/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_OLDOFFICE_H
#define SKM_MAIL_OLDOFFICE_H

#include "milter/mail/reading.h"

/*
 * The streams of a document of Office 97 to 2003 that inspectors look into,
 * with the lock taken off (oldlock.h): a document that is "write-protected" has
 * a password that Office knows, any other may stand in the mail.
 *
 * What is not encrypted is added to n at once, as storage_add() does; what is
 * waits for a password (unlock.h), and under a lock of no known kind it is
 * MARK_OPAQUE.
 */

/* Where the header of a Word document's lock is: the name of the stream, NULL
 * if the document is not encrypted (MS-DOC 2.5.1). */
const char *oldoffice_table(struct span word);

/* The stream WordDocument; table is the one that oldoffice_table() names. */
void oldoffice_word(struct reading *r, struct node *n, struct span word,
    struct span table);

/* The stream Workbook, or Book. */
void oldoffice_workbook(struct reading *r, struct node *n, const char *name,
    struct span book);

/* The stream PowerPoint Document of an encrypted presentation; user is the
 * stream Current User. */
void oldoffice_slides(struct reading *r, struct node *n, struct span slides,
    struct span user);

#endif
