/* SPDX-License-Identifier: ISC */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <idn2.h>

#include "milter/base/text.h"
#include "milter/mail/link.h"
#include "milter/base/banned.h"

/* Newsletters have some hundred; each costs a packet to state. */
enum { LINKS = 2000, DOMAIN_MOST = 1024 };

const char *
link_domain(struct arena *a, const char *domain)
{
	char *ascii = NULL, *lower;

	if (strlen(domain) < DOMAIN_MOST &&
	    idn2_to_ascii_8z(domain, &ascii,
		IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT) == IDN2_OK) {
		lower = arena_string(a, ascii);
		idn2_free(ascii);
	} else {
		lower = arena_string(a, domain);
	}
	text_lower(lower);
	return lower;
}

static bool
is_slash(char c)
{
	return c == '/' || c == '\\';
}

/* The length of "scheme" in "scheme:", or 0. */
static size_t
scheme(const char *url)
{
	size_t i = 0;

	if (!isalpha((unsigned char)url[0]))
		return 0;
	while (isalnum((unsigned char)url[i]) || strchr("+-.", url[i]))
		if (url[i++] == 0)
			return 0;
	return url[i] == ':' ? i : 0;
}

static bool
is_web(const char *url)
{
	size_t len = scheme(url);

	return (len == 4 && strncasecmp(url, "http", 4) == 0) ||
	       (len == 5 && strncasecmp(url, "https", 5) == 0) ||
	       (len == 3 && strncasecmp(url, "ftp", 3) == 0);
}

/* Percent signs in a host are decoded before it is looked up. */
static void
unescape(char *host)
{
	char *out = host;

	for (const char *in = host; *in; in++) {
		int c = *in;

		if (c == '%' && span_hex(in[1]) >= 0 && span_hex(in[2]) >= 0) {
			c = span_hex(in[1]) << 4 | span_hex(in[2]);
			in += 2;
		}
		if (c)
			*out++ = (char)c;
	}
	*out = 0;
}

const char *
link_host(struct arena *a, const char *url)
{
	const char *start = url + scheme(url), *at;
	size_t len;
	char *host;

	if (start == url || (!is_web(url) && strncmp(start, "://", 3) != 0))
		return "";
	start++;
	while (is_slash(*start))
		start++;
	len = strcspn(start, "/\\?#");
	at = memrchr(start, '@', len);
	if (at) {
		len -= (size_t)(at + 1 - start);
		start = at + 1;
	}
	host = arena_copy(a, start, len);
	if (*host == '[') /* an IPv6 address */
		host[strcspn(host, "]") + (strchr(host, ']') != NULL)] = 0;
	else
		host[strcspn(host, ":")] = 0;
	unescape(host);
	return link_domain(a, host);
}

/* The address as a browser takes it: no control characters inside. */
static char *
clean(struct arena *a, const char *url)
{
	char *copy, *out;

	while (*url && (unsigned char)*url <= ' ')
		url++;
	copy = out = arena_string(a, url);
	for (; *url; url++)
		if (strchr("\t\r\n", *url) == NULL)
			*out++ = *url;
	while (out > copy && (unsigned char)out[-1] <= ' ')
		out--;
	*out = 0;
	return copy;
}

/* How much of base stands before a path from the root, or before a file. */
static size_t
keep(const char *base, const char *url)
{
	size_t site = scheme(base) + 1, path;

	if (is_slash(url[0]) && is_slash(url[1]))
		return site;
	site += strspn(base + site, "/\\");
	site += strcspn(base + site, "/\\?#");
	if (is_slash(url[0]))
		return site;
	path = strcspn(base, "?#");
	while (path > site && !is_slash(base[path - 1]))
		path--;
	return path;
}

const char *
link_resolve(struct arena *a, const char *base, const char *url)
{
	url = clean(a, url);
	if (*base == 0 || scheme(url) > 0 || scheme(base) == 0)
		return url;
	return arena_printf(a, "%.*s%s", (int)keep(base, url), base, url);
}

void
link_add(struct reading *r, struct node *n, const char *url, const char *shown,
    enum link_way way)
{
	struct arena *a = r->message->arena;
	struct link *link;

	if (n->links == LINKS)
		reading_mark(r, n, MARK_LIMIT, NULL, "links: %d", LINKS);
	if (n->links++ >= LINKS)
		return;
	link = arena_get(a, sizeof *link);
	link->url = clean(a, url);
	link->shown = shown;
	link->host = link_host(a, link->url);
	link->way = way;
	if (n->last_link)
		n->last_link->next = link;
	else
		n->part.links = link;
	n->last_link = link;
}
