/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_BIFF_H
#define SKM_MAIL_BIFF_H

#include "milter/mail/doctext.h"
#include "milter/mail/span.h"

/*
 * The cells of a workbook of Excel 97 to 2003 (MS-XLS), the stream "Workbook":
 * each row of a sheet is a line as in doctext.h, and so is each of the strings
 * that cells share. What is broken ends it; an encrypted one has no text.
 */

/* Calls d's line for each row and string. d's strings are those of this
 * workbook then. */
void biff_read(struct doctext *d, struct span stream);

#endif
