/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_PACKAGE_H
#define SKM_MAIL_PACKAGE_H

#include "milter/mail/reading.h"

/*
 * Files that are embedded in a document by the Object Packager
 * (Ole10Native), and the objects of RTF (MS-OLEDS 2.2).
 */

/* Adds the file in an Ole10Native stream with its names, or the stream itself
 * when it holds no package. */
void package_read(struct reading *r, struct node *n, struct span stream);

/* Is this RTF, as Word takes it? */
bool package_is_rtf(struct span bytes);

/* Adds the objects of RTF; each is named after its class (ORIGIN_STREAM) and
 * holds what was embedded. */
void package_read_rtf(struct reading *r, struct node *n, struct span bytes);

#endif
