/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_PDFVALUE_H
#define SKM_MAIL_PDFVALUE_H

#include "milter/mail/pdfdoc.h"

/*
 * Writes d->expanded: the lines with values in the place of references to them,
 * "/S 8 0 R" as "/S /Launch". Where there are several objects of that number,
 * an entry stands once for each. What stays a reference is of no use so, or
 * too long. A limit that was met is d->limit.
 */
void pdfvalue_expand(struct pdfdoc *d);

#endif
