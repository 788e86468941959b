/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_VIEW_H
#define SKM_MAIL_VIEW_H

#include "milter/mail/reading.h"

/*
 * Parser differentials (reliability.md section 4): a message that breaks the
 * standards can be one thing to the filter and another to who opens it.
 *
 * A message whose structure leaves no choice has one reading. Another is read
 * as up to eight kinds of readers would; what any of them would show and the
 * tree does not have becomes a part (ORIGIN_VIEW), so that the union is
 * inspected. Readings that differ in their parts, bytes, types or names are
 * MARK_READINGS on the root; sloppy but equal is what the other marks say.
 */

/* Adds what other readers would see to the tree of r's message, whose parts
 * were all read; the new ones are not. */
void view_all(struct reading *r);

#endif
