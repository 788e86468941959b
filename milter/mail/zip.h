/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_ZIP_H
#define SKM_MAIL_ZIP_H

#include "milter/mail/reading.h"

/*
 * A second look at a zip (PKWARE APPNOTE 6.3): tools read its members by the
 * directory at the end, or by the headers in front of each, and who writes the
 * two differently shows a scanner one file and the recipient another.
 *
 * Nothing is taken out here. Differences are MARK_CONTAINER_CONFLICT: names,
 * methods, encryption or sizes that differ, members that overlap, that only one
 * of the two lists has or that have one name, and two directories. How many
 * members the directory has; SIZE_MAX when none was found.
 */
size_t zip_check(struct reading *r, struct node *n, struct span bytes);

/* Is there an end record with its directory in front of it, whatever the bytes
 * begin with? */
bool zip_ends(struct span bytes);

#endif
