/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_PDFLOCK_H
#define SKM_MAIL_PDFLOCK_H

#include "milter/mail/reading.h"

/*
 * The standard security handler of PDF (ISO 32000-1, 7.6; revisions 5 and 6 by
 * ISO 32000-2). A document for which only the owner's password was set opens
 * with an empty one.
 */
struct pdflock;

/* The lock that the encryption dictionary (as it stands in the file, and as a
 * line of pdf.h) describes; id is the first of the file's identifiers. NULL if
 * it is of no kind that is known here. In the arena. */
struct pdflock *pdflock_new(struct arena *a, struct span object,
    const char *line, struct span id);

/* Does it open the document as the user's password? */
bool pdflock_opens(struct pdflock *lock, const char *password);

/* Decrypts the stream of an object, once the lock is open; in the arena. */
struct span pdflock_decrypt(const struct pdflock *lock, struct arena *a,
    unsigned number, unsigned generation, struct span stream);

#endif
