/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_QR_H
#define SKM_MAIL_QR_H

#include "milter/mail/picture.h"
#include "milter/mail/reading.h"

/*
 * Links that are drawn as QR codes (ISO/IEC 18004), which a person opens with a
 * telephone where no filter sees them ("quishing"): they become links of the
 * part like those of its text. Upright, turned, inverted and coloured codes are
 * found; what is no link is left alone.
 *
 * How many pixels of one message are looked at is a limit (scan_pictures), and
 * so are the seconds; what is left out is MARK_PICTURES.
 */

/* Adds the links in n, whose decoded bytes these are, if it is a picture. */
void qr_read(struct reading *r, struct node *n, struct span bytes);

/* The same of a picture that a file holds and the caller decoded; takes *g,
 * which is empty after. With result PICTURE_LIMIT there is only the mark. */
void
qr_look(struct reading *r, struct node *n, enum picture result, struct gray *g);

#endif
