/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_LINK_H
#define SKM_MAIL_LINK_H

#include "milter/mail/reading.h"

/*
 * The places that a part leads to, as a browser would take their addresses
 * (WHATWG URL): blanks around and line ends inside dropped, a backslash read
 * as a slash, the host without what stands before an "@".
 */

/* Adds one link of n. url and shown live as long as the arena. */
void link_add(struct reading *r, struct node *n, const char *url,
    const char *shown, enum link_way way);

/* The host of a URL: lower case, A-labels, without port; "" if it has none.
 * In the arena. */
const char *link_host(struct arena *a, const char *url);

/* url as seen from base, which is "" if there is none. In the arena. */
const char *link_resolve(struct arena *a, const char *base, const char *url);

/* A domain in lower case and A-labels (IDNA 2008 with the mapping of UTS 46),
 * or in lower case only if it is none. In the arena. */
const char *link_domain(struct arena *a, const char *domain);

#endif
