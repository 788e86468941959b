/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_PDFLOCK_H
#define SKM_MAIL_PDFLOCK_H

#include "milter/base/buf.h"
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

/* What a try costs, for unlock_spend(). */
uint32_t pdflock_cost(const struct pdflock *lock);

/* Does it open the document as the user's password? */
bool pdflock_opens(struct pdflock *lock, const char *password);

enum pdflock_of {
	PDFLOCK_STREAMS,
	PDFLOCK_STRINGS,
	PDFLOCK_FILES, /* streams of embedded files, for some readers */
	PDFLOCK_COUNT
};

/* Can some of the document be read while it is closed? */
bool pdflock_is_partial(const struct pdflock *lock);

/* Are embedded files encrypted in another way than other streams? */
bool pdflock_files_differ(const struct pdflock *lock);

/* Decrypts what an object holds, once the lock is open: from in to out, which
 * is empty. False when out is full. */
bool pdflock_decrypt(const struct pdflock *lock, enum pdflock_of of,
    unsigned number, unsigned generation, struct span in, struct buf *out);

#endif
