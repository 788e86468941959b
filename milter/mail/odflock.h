/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_ODFLOCK_H
#define SKM_MAIL_ODFLOCK_H

#include "milter/mail/reading.h"

/*
 * OpenDocument with a password (part 2, 3.4): to a zip it shows members that
 * are not encrypted, and only its manifest says that they are. Nothing here
 * decrypts them: MARK_OPAQUE with their names, if a manifest among the members
 * of n says so.
 */
void odflock_check(struct reading *r, struct node *n);

#endif
