/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_PLAIN_H
#define SKM_MAIL_PLAIN_H

#include "milter/mail/reading.h"

/*
 * Plain text: readers make links of what looks like one.
 */

/* Sets the part's text (UTF-8, in the arena) and the links in it. */
void plain_read(struct reading *r, struct node *n, const char *text);

/* Adds a link for every http:, https: and www. address in text. */
void plain_links(struct reading *r, struct node *n, const char *text,
    enum link_way way);

#endif
