/* SPDX-License-Identifier: ISC */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "milter/mail/link.h"
#include "milter/mail/plain.h"
#include "milter/base/banned.h"

/* Where an address that begins at s ends. Text in Japanese goes on without a
 * blank, so beyond the host only ASCII belongs to it. */
static size_t
length(const char *s, size_t host)
{
	size_t i = 0;
	bool path = false;

	for (; s[i]; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c <= ' ' || c == 127 || strchr("<>\"`{}|^", c))
			break;
		path = path || (i >= host && strchr("/?#", c));
		if (c >= 0x80 && path)
			break;
	}
	while (i > 0 && strchr(".,;:!?'*)]", s[i - 1]))
		i--;
	return i;
}

static const char *
add(struct reading *r, struct node *n, const char *start, const char *scheme,
    enum link_way way)
{
	struct arena *a = r->message->arena;
	size_t host = *scheme ? strlen("www.") : strcspn(start, ":") + 3;
	size_t len = length(start, host);
	const char *shown = arena_copy(a, start, len);

	if (len > host)
		link_add(r, n, arena_printf(a, "%s%s", scheme, shown), shown,
		    way);
	return start + (len ? len : 1);
}

/* The start of the scheme before a "://", or NULL. */
static const char *
scheme_before(const char *colon, const char *text)
{
	if (colon - text >= 5 && strncasecmp(colon - 5, "https", 5) == 0)
		return colon - 5;
	if (colon - text >= 4 && strncasecmp(colon - 4, "http", 4) == 0)
		return colon - 4;
	return NULL;
}

static void
with_scheme(struct reading *r, struct node *n, const char *text,
    enum link_way way)
{
	const char *rest = text, *colon, *start;

	while ((colon = strstr(rest, "://"))) {
		start = scheme_before(colon, rest);
		rest = start ? add(r, n, start, "", way) : colon + 3;
		if (rest < colon + 3)
			rest = colon + 3;
	}
}

static void
without_scheme(struct reading *r, struct node *n, const char *text,
    const char *www, enum link_way way)
{
	const char *rest = text, *start;

	while ((start = strstr(rest, www))) {
		unsigned char before =
		    start > text ? (unsigned char)start[-1] : ' ';

		if (isalnum(before) || strchr("./@-_=", before))
			rest = start + 4;
		else
			rest = add(r, n, start, "http://", way);
	}
}

void
plain_links(struct reading *r, struct node *n, const char *text,
    enum link_way way)
{
	with_scheme(r, n, text, way);
	without_scheme(r, n, text, "www.", way);
	without_scheme(r, n, text, "WWW.", way);
}

void
plain_read(struct reading *r, struct node *n, const char *text)
{
	n->part.text = text;
	if (strstr(text, "-----BEGIN PGP MESSAGE-----"))
		reading_mark(r, n, MARK_OPAQUE, n->whole.at,
		    "PGP message in text");
	plain_links(r, n, text, LINK_OPENED);
}
