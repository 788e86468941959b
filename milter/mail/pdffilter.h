/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_PDFFILTER_H
#define SKM_MAIL_PDFFILTER_H

#include "milter/base/buf.h"
#include "milter/mail/span.h"

/*
 * The filters of PDF streams (ISO 32000-1, 7.4) but those of pictures, of
 * which JPEG is left as it is.
 */

enum unfiltered {
	UNFILTERED,
	UNFILTERED_FAULT, /* what came before a fault, as readers take it */
	UNFILTERED_LIMIT, /* the same, cut at the limit of out */
	UNFILTERED_JPEG, /* what is left is a picture in that format */
	UNFILTERED_NOT /* a filter that is not known: of a picture, say */
};

/*
 * Undoes filters in their order, from in to out. Both are values in an object's
 * line (pdftext_entry()): the filters, NULL for none, and their parameters,
 * NULL for none.
 */
enum unfiltered pdffilter_undo(const char *filters, const char *parameters,
    struct span in, struct buf *out);

#endif
