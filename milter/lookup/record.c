/* SPDX-License-Identifier: ISC */

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "milter/base/count.h"
#include "milter/lookup/record.h"

#include "milter/base/banned.h"

/* ctype.h asks the locale. */
#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* A piece of the record. */
struct span {
	const char *at;
	size_t len;
};

enum domain { DOMAIN_NONE, DOMAIN_MAY, DOMAIN_MUST };

/* One mechanism of RFC 7208 5. */
struct mechanism {
	const char *name;
	enum domain domain;
	bool cidr; /* dual-cidr-length may follow */
	int family; /* of an address instead of a domain, or 0 */
};

static const struct mechanism mechanisms[] = {
	{ "all", DOMAIN_NONE, false, 0 },
	{ "include", DOMAIN_MUST, false, 0 },
	{ "a", DOMAIN_MAY, true, 0 },
	{ "mx", DOMAIN_MAY, true, 0 },
	{ "ptr", DOMAIN_MAY, false, 0 },
	{ "exists", DOMAIN_MUST, false, 0 },
	{ "ip4", DOMAIN_MUST, false, AF_INET },
	{ "ip6", DOMAIN_MUST, false, AF_INET6 },
};

struct reading {
	struct buf *out;
	struct span redirect;
	bool has_all, has_exp;
};

static bool
is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

static bool
is_word(struct span s, const char *word)
{
	return s.len == strlen(word) && strncasecmp(s.at, word, s.len) == 0;
}

static size_t
run_of(struct span s, const char *set)
{
	size_t n = 0;

	while (n < s.len && is_one_of(s.at[n], set))
		n++;
	return n;
}

/* "%{" letter digits "r" delimiters "}", "%%", "%_" or "%-" (RFC 7208 7.1).
 * The letters c, r and t stand in explanations only. Its length, or 0. */
static size_t
macro(struct span s)
{
	size_t n = 3, digits;

	if (s.len >= 2 && is_one_of(s.at[1], "%_-"))
		return 2;
	if (s.len < 4 || s.at[1] != '{' ||
	    !is_one_of(s.at[2], "slodiphvSLODIPHV"))
		return 0;
	digits = run_of((struct span){ s.at + n, s.len - n }, DIGITS);
	if (digits > 3 || (digits > 0 && atoi(s.at + n) == 0))
		return 0;
	n += digits;
	if (n < s.len && is_one_of(s.at[n], "rR"))
		n++;
	n += run_of((struct span){ s.at + n, s.len - n }, ".-+,/_=");
	return n < s.len && s.at[n] == '}' ? n + 1 : 0;
}

/* A macro-string; *last is where its last macro ends, or 0. */
static bool
is_macro_string(struct span s, size_t *last)
{
	*last = 0;
	for (size_t i = 0; i < s.len;) {
		size_t n = 1;

		if (s.at[i] == '%') {
			n = macro((struct span){ s.at + i, s.len - i });
			*last = i + n;
		}
		if (n == 0)
			return false;
		i += n;
	}
	return true;
}

/* toplabel: not all digits, no hyphen at an end. */
static bool
is_top_label(struct span s)
{
	return s.len > 0 && run_of(s, LETTERS DIGITS "-") == s.len &&
	       run_of(s, DIGITS) != s.len && s.at[0] != '-' &&
	       s.at[s.len - 1] != '-';
}

/* domain-spec: ends in a macro or in a dot and a top label. */
static bool
is_domain_spec(struct span s)
{
	size_t last, dot;

	if (s.len == 0 || !is_macro_string(s, &last))
		return false;
	if (last == s.len)
		return s.at[last - 1] == '}';
	if (s.at[s.len - 1] == '.')
		s.len--;
	for (dot = s.len; dot > last && s.at[dot - 1] != '.'; dot--)
		continue;
	return dot > last &&
	       is_top_label((struct span){ s.at + dot, s.len - dot });
}

/* "/" and a number up to most, without leading zeros, at the end of s; it is
 * taken off. */
static bool
take_cidr(struct span *s, int most)
{
	size_t n = s->len;

	while (n > 0 && is_one_of(s->at[n - 1], DIGITS))
		n--;
	if (n == 0 || s->at[n - 1] != '/')
		return true; /* none */
	if (s->len - n == 0 || s->len - n > 3 ||
	    (s->at[n] == '0' && s->len - n > 1) || atoi(s->at + n) > most)
		return false;
	s->len = n - 1;
	return true;
}

static bool
take_dual_cidr(struct span *s)
{
	size_t before = s->len, n = s->len;

	while (n > 0 && is_one_of(s->at[n - 1], DIGITS))
		n--;
	if (n >= 2 && s->at[n - 1] == '/' && s->at[n - 2] == '/') {
		if (!take_cidr(s, 128) || s->len == before)
			return false;
		s->len--;
	}
	return take_cidr(s, 32);
}

static bool
is_network(struct span s, int family)
{
	char text[INET6_ADDRSTRLEN];
	struct in6_addr address;

	if (!take_cidr(&s, family == AF_INET ? 32 : 128) ||
	    s.len >= sizeof text)
		return false;
	memcpy(text, s.at, s.len);
	text[s.len] = '\0';
	return inet_pton(family, text, &address) == 1;
}

/* What follows a mechanism's name: ":" and its domain or address, "/24//64". */
static bool
is_argument(struct span s, const struct mechanism *m)
{
	bool colon = s.len > 0 && s.at[0] == ':';

	if (m->family != 0)
		return colon && is_network((struct span){ s.at + 1, s.len - 1 },
				    m->family);
	if (m->cidr && !take_dual_cidr(&s))
		return false;
	if (s.len == 0)
		return m->domain != DOMAIN_MUST;
	return m->domain != DOMAIN_NONE && colon &&
	       is_domain_spec((struct span){ s.at + 1, s.len - 1 });
}

static int
read_mechanism(struct reading *r, struct span term, struct reason *why)
{
	size_t sign = term.len > 0 && is_one_of(term.at[0], "+-~?") ? 1 : 0;
	struct span rest = { term.at + sign, term.len - sign };
	struct span name = { rest.at, run_of(rest, LETTERS DIGITS) };

	rest.at += name.len;
	rest.len -= name.len;
	for (size_t i = 0; i < COUNT(mechanisms); i++) {
		const struct mechanism *m = &mechanisms[i];

		if (!is_word(name, m->name) || !is_argument(rest, m))
			continue;
		r->has_all |= is_word(name, "all");
		return buf_printf(r->out, " %.*s", (int)term.len, term.at);
	}
	return reason_set(why, "\"%.*s\" is not understood",
	    (int)(term.len > 100 ? 100 : term.len), term.at);
}

/* redirect and exp name a domain and stand once (RFC 7208 6); others are for
 * programs yet to come. */
static int
read_modifier(struct reading *r, struct span name, struct span value,
    struct reason *why)
{
	size_t last;

	if (is_word(name, "redirect")) {
		if (r->redirect.at != NULL || !is_domain_spec(value))
			return reason_set(why,
			    "redirect is repeated or names no domain");
		r->redirect = value;
	} else if (is_word(name, "exp")) {
		if (r->has_exp || !is_domain_spec(value))
			return reason_set(why,
			    "exp is repeated or names no domain");
		r->has_exp = true;
	} else if (!is_macro_string(value, &last)) {
		return reason_set(why, "a modifier has a wrong macro");
	}
	return 0;
}

static int
read_term(struct reading *r, struct span term, struct reason *why)
{
	struct span name = { term.at, run_of(term, LETTERS DIGITS "-_.") };

	if (name.len > 0 && name.len < term.len &&
	    is_one_of(term.at[0], LETTERS) && term.at[name.len] == '=')
		return read_modifier(r, name,
		    (struct span){ term.at + name.len + 1,
			term.len - name.len - 1 },
		    why);
	return read_mechanism(r, term, why);
}

static int
check_bounds(const char *text, size_t len, struct reason *why)
{
	size_t macros = 0;

	for (size_t i = 0; i < len; i++) {
		if (text[i] < 0x20 || text[i] > 0x7e)
			return reason_set(why, "it is not plain ASCII");
		if (text[i] == '%' && i + 1 < len && text[i + 1] == '{')
			macros++;
	}
	if (len > RECORD_BYTES)
		return reason_set(why, "%zu bytes, over %d", len, RECORD_BYTES);
	if (macros > RECORD_MACROS)
		return reason_set(why, "%zu macros, over %d", macros,
		    RECORD_MACROS);
	return 0;
}

int
record_rewrite(const char *text, size_t len, struct buf *out,
    struct reason *why)
{
	struct reading r = { .out = out };
	const char *end = text + len, *p = text + strlen("v=spf1");

	if (check_bounds(text, len, why) == -1)
		return -1;
	buf_string(out, "v=spf1");
	while (p < end) {
		size_t blanks = run_of((struct span){ p, end - p }, " ");
		const char *term = p + blanks, *stop = term;

		while (stop < end && *stop != ' ')
			stop++;
		if (stop > term &&
		    read_term(&r, (struct span){ term, stop - term }, why) ==
			-1)
			return -1;
		p = stop;
	}
	if (r.redirect.at != NULL && !r.has_all)
		return buf_printf(out, " redirect=%.*s", (int)r.redirect.len,
		    r.redirect.at);
	/* libspf2 wants a blank also where nothing follows it. */
	return buf_string(out, " ");
}
