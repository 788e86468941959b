/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_POWERPOINT_H
#define SKM_MAIL_POWERPOINT_H

#include "milter/mail/reading.h"

/*
 * Compound files that Office packs once more: the macros and objects of
 * PowerPoint 97 to 2003 (MS-PPT 2.10.34, 2.10.35), and the ActiveMime in which
 * documents saved as XML or as a web page keep their macros.
 */

/* Adds the objects in the stream "PowerPoint Document". */
void powerpoint_read(struct reading *r, struct node *n, struct span stream);

/* Is this ActiveMime? */
bool powerpoint_is_mso(struct span bytes);

/* Adds the file that ActiveMime holds; that it holds none is a mark. */
void powerpoint_read_mso(struct reading *r, struct node *n, struct span bytes);

#endif
