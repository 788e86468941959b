/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_CONTENT_H
#define SKM_MAIL_CONTENT_H

#include "milter/mail/param.h"

/*
 * What the header of a part says that it is: Content-Type and
 * Content-Disposition into the part's type, charset, disposition and names.
 */

/* Reads both fields of n and marks what is odd about them. The parameters of
 * the Content-Type, never NULL. */
const struct params *content_read(struct reading *r, struct node *n);

#endif
