/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_LISTS_H
#define SKM_MAIL_LISTS_H

#include "milter/mail/reading.h"

/*
 * Containers with more than one list of their members, of which each program
 * reads its own: where the lists differ, a scanner sees one file and the
 * recipient another. For those of zip see zip.h.
 *
 * Looks once more at bytes, which libarchive read as this format (its number).
 * members is how many it found, SIZE_MAX when it did not come to the end.
 * Differences are MARK_CONTAINER_CONFLICT.
 */
void lists_check(struct reading *r, struct node *n, struct span bytes,
    int format, size_t members);

#endif
