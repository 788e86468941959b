/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_MULTIPART_H
#define SKM_MAIL_MULTIPART_H

#include "milter/mail/param.h"

/*
 * Multiparts (RFC 2046 5.1) into their parts, in place and without recursion:
 * an outer multipart is cut first, so no boundary of its own can be inside
 * what an inner one sees. The cost is the size of the body for each level.
 */

/*
 * Makes the children of n from its body. False if there is nothing to cut:
 * then n is a leaf.
 */
bool
multipart_split(struct reading *r, struct node *n, const struct params *type);

/* Does text that is no multipart hold a part with a boundary before it, that
 * a reader which guesses would show? */
bool multipart_hidden(struct span text);

#endif
