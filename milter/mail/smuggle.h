/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_SMUGGLE_H
#define SKM_MAIL_SMUGGLE_H

#include "milter/mail/reading.h"

/*
 * Files that a page or a script builds on the recipient's own machine ("HTML
 * smuggling"), so that no gateway sees them on the way. They are looked for in
 * all text that is a file, are decoded through several layers, and become
 * members like those of an archive. What is decoded and is no file of a kind
 * that matters (pictures and fonts of a page) is left alone.
 */
void smuggle_read(struct reading *r, struct node *n, struct span bytes);

/* What kind of file the bytes begin as, when it is one that no page needs ("a
 * program"); else NULL. */
const char *smuggle_kind(struct span bytes);

#endif
