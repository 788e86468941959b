/* SPDX-License-Identifier: ISC */
#include <idn2.h>
#include <string.h>
#include <unicode/uspoof.h>

#include "milter/base/text.h"
#include "milter/inspect/lookalike.h"
#include "milter/base/banned.h"

struct lookalike {
	const char *domain; /* NULL ends the list */
	const char *folded; /* hyphens are dots */
	const char *joined; /* without dots */
};

/* A longer name is no host (RFC 1035) and is not compared. */
enum { NAME_SIZE = 256 };

/* Written once by lookalike_prepare(), before the fork; only read then. */
static USpoofChecker *spoof;

int
lookalike_prepare(struct reason *why)
{
	UErrorCode error = U_ZERO_ERROR;

	if (spoof != NULL)
		return 0;
	spoof = uspoof_open(&error);
	if (U_FAILURE(error))
		return reason_set(why, "ICU's confusables: %s",
		    u_errorName(error));
	return 0;
}

/* The name as a browser shows it; one that is no IDN stays as it is. */
static char *
shown(struct arena *a, const char *host)
{
	char *unicode = NULL, *copy;

	if (idn2_to_unicode_8z8z(host, &unicode, 0) != IDN2_OK)
		return arena_string(a, host);
	copy = arena_string(a, unicode);
	idn2_free(unicode);
	return copy;
}

static void
replace(char *s, const char *pair, char with)
{
	for (char *at = strstr(s, pair); at != NULL; at = strstr(at, pair)) {
		*at = with;
		memmove(at + 1, at + 2, strlen(at + 2) + 1);
	}
}

/* UTS 39 takes m and rn for one; the rest is what attackers of Latin names
 * use and the table does not have, since no fonts make them equal. */
static void
fold_latin(char *s)
{
	for (char *at = s; *at != '\0'; at++)
		switch (*at) {
		case '0':
			*at = 'o';
			break;
		case '1':
		case 'i':
			*at = 'l';
			break;
		case '-':
			*at = '.';
			break;
		}
	replace(s, "vv", 'w');
}

static char *
fold(struct arena *a, const char *host)
{
	UErrorCode error = U_ZERO_ERROR;
	char *from = shown(a, host), to[4 * NAME_SIZE];
	int32_t len = uspoof_getSkeletonUTF8(spoof, 0, from, -1, to,
	    (int32_t)sizeof to - 1, &error);
	char *folded = U_FAILURE(error) ? from : arena_copy(a, to, (size_t)len);

	text_lower(folded);
	fold_latin(folded);
	return folded;
}

static char *
join(struct arena *a, const char *folded)
{
	char *joined = arena_string(a, folded), *to = joined;

	for (const char *s = folded; *s != '\0'; s++)
		if (*s != '.')
			*to++ = *s;
	*to = '\0';
	return joined;
}

const struct lookalike *
lookalike_own(const struct inspection *i)
{
	struct arena *a = i->message->arena;
	size_t count, used = 0;
	char *const *domains = places_domains(i->places, &count);
	struct lookalike *own = arena_get(a, (count + 1) * sizeof *own);

	for (size_t n = 0; n < count; n++) {
		const char *domain = domains[n] + (domains[n][0] == '.');

		/* "localhost" and the like are not worth a pretence. */
		if (strchr(domain, '.') == NULL)
			continue;
		own[used].domain = domain;
		own[used].folded = fold(a, domain);
		own[used].joined = join(a, own[used].folded);
		used++;
	}
	return own;
}

/* Does the name hold the other between the borders of its labels? */
static bool
holds(const char *name, const char *other)
{
	size_t len = strlen(other);

	for (const char *s = strstr(name, other); s != NULL;
	     s = strstr(s + 1, other))
		if ((s == name || s[-1] == '.') &&
		    (s[len] == '\0' || s[len] == '.'))
			return true;
	return false;
}

/* Who owns a domain owns what is below it, listed or not. */
static bool
is_below(const char *host, const char *domain)
{
	size_t len = strlen(domain), all = strlen(host);

	return all > len && host[all - len - 1] == '.' &&
	       strcmp(host + all - len, domain) == 0;
}

const char *
lookalike_of(const struct lookalike *own, const struct inspection *i,
    const char *host)
{
	struct arena *a = i->message->arena;
	const char *folded, *joined;

	if (own->domain == NULL || host[0] == '\0' ||
	    strlen(host) >= NAME_SIZE || places_own_domain(i->places, host))
		return NULL;
	folded = fold(a, host);
	joined = join(a, folded);
	for (const struct lookalike *o = own; o->domain != NULL; o++)
		if (!is_below(host, o->domain) &&
		    (strcmp(joined, o->joined) == 0 ||
			holds(folded, o->folded)))
			return o->domain;
	return NULL;
}
