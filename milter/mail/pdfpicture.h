/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_PDFPICTURE_H
#define SKM_MAIL_PDFPICTURE_H

#include "milter/mail/pdfstream.h"

/*
 * The pictures of a PDF (ISO 32000-1, 8.9.5) that are objects of their own, and
 * the links that are drawn in them as QR codes (qr.h). JPEG and plain samples
 * are read; fax (CCITT), JBIG2 and JPEG 2000 are not, and neither is what the
 * operators of a page draw.
 */
void pdfpicture_read(struct pdfstream *p);

#endif
