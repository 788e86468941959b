/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_OPAQUE_H
#define SKM_MAIL_OPAQUE_H

#include "milter/mail/param.h"

/* S/MIME (RFC 8551): what is encrypted is a mark; what is only signed is
 * unwrapped, because readers show what is inside. */

/* Looks at the decoded leaf n; type are its Content-Type's parameters. */
void opaque_read(struct reading *r, struct node *n, const struct params *type);

#endif
