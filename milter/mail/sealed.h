/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_SEALED_H
#define SKM_MAIL_SEALED_H

#include "milter/mail/reading.h"

/*
 * Encrypted zip and 7z. A zip libarchive decrypts; a 7z is written again
 * without encryption (sevenzip.h), and libarchive reads that.
 */

/*
 * Lets the archive of n wait for a password (unlock.h). left has a byte for
 * each member that was seen, 1 if it is encrypted; what names those in marks;
 * zip: it is one. False if it is of no kind that is known here.
 */
bool sealed_wait(struct reading *r, struct node *n, struct span bytes,
    struct span left, bool zip, const char *what);

#endif
