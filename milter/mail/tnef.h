/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_TNEF_H
#define SKM_MAIL_TNEF_H

#include "milter/mail/reading.h"

/* winmail.dat (MS-OXTNEF), which Outlook shows as what is packed into it. */

/* Does s begin with the signature of TNEF? */
bool tnef_is(struct span s);

/* Makes a child of n for each attachment in bytes; a stream that is broken is
 * a mark, and gives what stood before the break. */
void tnef_read(struct reading *r, struct node *n, struct span bytes);

#endif
