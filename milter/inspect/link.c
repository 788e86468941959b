/* SPDX-License-Identifier: ISC */
#include <arpa/inet.h>
#include <idn2.h>
#include <libpsl.h>
#include <string.h>
#include <strings.h>

#include "milter/base/count.h"
#include "milter/base/text.h"
#include "milter/inspect/inspect.h"
#include "milter/inspect/lookalike.h"
#include "milter/base/banned.h"

/* Longer texts are sentences, not addresses. */
enum { SHOWN_MOST = 2048 };

/* So many links to one place make it a counter of clicks. */
enum { COUNTER = 8 };

/* Written once by prepare(), before the fork. */
static const psl_ctx_t *suffixes;

static int
prepare(const struct conf *conf, struct reason *why)
{
	(void)conf;
	if (suffixes == NULL)
		suffixes = psl_latest(NULL);
	if (suffixes == NULL)
		return reason_set(why,
		    "the public suffix list: apt-get install publicsuffix");
	return lookalike_prepare(why);
}

/* What a domain's owner registered: "example.co.jp" of "www.example.co.jp". */
static const char *
owner_of(const char *host)
{
	const char *registered = psl_registrable_domain(suffixes, host);

	return registered == NULL ? host : registered;
}

/* Where the host of "http://" begins, in either case; else NULL. */
static const char *
behind_scheme(const char *url)
{
	if (strncasecmp(url, "http://", 7) == 0)
		return url + 7;
	if (strncasecmp(url, "https://", 8) == 0)
		return url + 8;
	return NULL;
}

/* inet_aton() reads what browsers read: 3232235777, 0xc0.0xa8.1.1, 0300.1. */
static bool
is_numeric(const char *host)
{
	struct in_addr address;

	return host[0] == '[' || strchr(host, ':') != NULL ||
	       inet_aton(host, &address) != 0;
}

/* The name that a browser would look up for what is shown: lower case and
 * A-labels, full-width letters and dots folded. NULL: it is no host name. */
static char *
looked_up(struct arena *a, const char *host)
{
	char *ascii = NULL, *copy;

	if (idn2_to_ascii_8z(host, &ascii,
		IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
		return NULL;
	copy = arena_string(a, ascii);
	idn2_free(ascii);
	text_lower(copy);
	if (copy[strspn(copy, "abcdefghijklmnopqrstuvwxyz0123456789-.")] !=
		'\0' ||
	    strchr(copy, '.') == NULL || is_numeric(copy))
		return NULL;
	return copy;
}

/*
 * The host in a text that is nothing but an address, or NULL: "Click here"
 * promises no place, and neither does "Node.js" or a mail address. A bare word
 * with a dot counts only under a suffix that exists.
 */
static char *
shown_host(struct arena *a, const char *text)
{
	const char *at;
	char *host;

	text += strspn(text, " \t\r\n<(\"");
	at = behind_scheme(text) == NULL ? text : behind_scheme(text);
	if (strlen(at) > SHOWN_MOST || at[strcspn(at, "@ \t\r\n")] != '\0')
		return NULL;
	host = looked_up(a, arena_copy(a, at, strcspn(at, "/:?#\\>)\"")));
	if (host == NULL ||
	    !psl_is_public_suffix2(suffixes, strrchr(host, '.') + 1,
		PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE))
		return NULL;
	return host;
}

/* Is the link one that another filter has wrapped, with its real place inside?
 * These rewrite every link of a mail, honest ones too. */
static bool
is_wrapped(const struct link *l, const char *shown)
{
	static const char *const wrappers[] = { "mimecastprotect.com",
		"office365.us", "outlook.com", "urldefense.com",
		"proofpoint.com", "urldefense.us", "cudasvc.com",
		"checkpoint.com", "cisco.com", "sophos.com", "symantec.com",
		"trendmicro.com", "mimecast.com", "fireeye.com" };

	return text_in(owner_of(l->host), wrappers, COUNT(wrappers)) &&
	       strstr(l->url, shown) != NULL;
}

/*
 * Newsletters count clicks: most of their links go to one counter, whatever
 * they show. A mail that lies about its place has few links, and those to the
 * brand that it copies go to the brand.
 */
static bool
is_counter(const struct part *p, const struct link *link)
{
	int same = 0;

	for (const struct link *l = p->links; l != NULL && same < COUNTER;
	     l = l->next)
		same += strcmp(l->host, link->host) == 0;
	return same >= COUNTER;
}

static void
find_deceit(const struct inspection *i, const struct part *p,
    const struct link *l)
{
	char *host;

	if (l->host[0] == '\0' || l->shown[0] == '\0' ||
	    behind_scheme(l->url) == NULL)
		return;
	host = shown_host(i->message->arena, l->shown);
	if (host == NULL || strcmp(owner_of(host), owner_of(l->host)) == 0 ||
	    is_wrapped(l, owner_of(host)) || is_counter(p, l))
		return;
	inspect_fact(i, FACT_LINK_DECEIVES, p, "shows %s, goes to %s", host,
	    l->url);
}

/* The part between scheme and path has an "@": all before it is show. */
static bool
has_userinfo(const char *url)
{
	const char *at = behind_scheme(url);

	return at != NULL && memchr(at, '@', strcspn(at, "/?#\\")) != NULL;
}

static void
look_at(const struct inspection *i, const struct part *p, const struct link *l,
    const struct lookalike *own)
{
	const char *like = lookalike_of(own, i, l->host);

	find_deceit(i, p, l);
	if (l->way == LINK_DRAWN)
		inspect_fact(i, FACT_LINK_QR, p, "%s", l->url);
	if (l->host[0] != '\0' && is_numeric(l->host))
		inspect_fact(i, FACT_LINK_NUMERIC, p, "%s", l->url);
	if (has_userinfo(l->url))
		inspect_fact(i, FACT_LINK_USERINFO, p, "%s", l->url);
	if (like != NULL)
		inspect_fact(i, FACT_LINK_LOOKALIKE, p, "%s looks like %s",
		    l->host, like);
}

static void
run(struct inspection *i)
{
	const struct lookalike *own = lookalike_own(i);

	for (const struct part *p = i->message->root; p != NULL; p = p->next)
		for (const struct link *l = p->links; l != NULL; l = l->next)
			look_at(i, p, l, own);
}

const struct inspector inspect_link = {
	.looks_for = "links that deceive",
	.prepare = prepare,
	.run = run,
};
