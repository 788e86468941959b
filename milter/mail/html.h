/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_HTML_H
#define SKM_MAIL_HTML_H

#include "milter/mail/reading.h"

/*
 * HTML as a person sees it: its visible text, and where it leads.
 *
 * libxml2 reports tags and text one by one, so no tree is built; nesting and
 * the number of links are bounded.
 */

/* Sets the part's text and links from html (UTF-8, NUL-terminated). */
void html_read(struct reading *r, struct node *n, const char *html);

#endif
