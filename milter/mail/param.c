/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/base/text.h"
#include "milter/mail/param.h"
#include "milter/base/banned.h"

enum { SECTION_DIGITS = 4 };

struct scan {
	struct arena *arena;
	struct span rest;
	bool utf8; /* else a backslash may be half of a Shift_JIS character */
};

static bool
is_lead(unsigned char c)
{
	return (c >= 0x81 && c <= 0x9f) || (c >= 0xe0 && c <= 0xfc);
}

/* How many bytes the character at s takes, an escaped one with its
 * backslash. In Shift_JIS a second byte can look like one (domain F01). */
static size_t
step(const struct scan *p, struct span s)
{
	if (s.len > 1 && s.at[0] == '\\')
		return 2;
	if (s.len > 1 && !p->utf8 && is_lead(s.at[0]) && s.at[1] >= 0x40)
		return 2;
	return 1;
}

/* The bytes up to the closing quote, or all that is left. */
static struct span
inside_quotes(const struct scan *p)
{
	struct span all = span_from(p->rest, 1), s = all;

	while (s.len > 0 && s.at[0] != '"')
		s = span_from(s, step(p, s));
	return (struct span){ all.at, all.len - s.len };
}

/* Takes a quoted string whose opening quote is next. */
static struct span
quoted(struct scan *p, struct param *param)
{
	struct span s = inside_quotes(p);
	unsigned char *out = arena_get(p->arena, s.len + 1);
	size_t len = 0;

	param->odd |= s.len + 1 >= p->rest.len;
	param->quoted = true;
	p->rest = span_from(p->rest, s.len + 2);
	while (s.len > 0) {
		size_t n = step(p, s);

		if (n == 2 && s.at[0] == '\\') {
			param->escaped = true;
			s = span_from(s, 1);
			n = 1;
		}
		memcpy(out + len, s.at, n);
		len += n;
		s = span_from(s, n);
	}
	return (struct span){ out, len };
}

/* Skips a comment and what is nested in it, without calling itself: 200,000
 * levels are a mail of 200 KB. */
static struct span
skip_comment(struct span s)
{
	size_t depth = 0;

	while (s.len > 0) {
		if (s.at[0] == '(')
			depth++;
		else if (s.at[0] == ')' && --depth == 0)
			return span_from(s, 1);
		s = span_from(s, s.at[0] == '\\' ? 2 : 1);
	}
	return s;
}

/* Skips blanks and comments; was there a comment? */
static bool
skip_blank(struct scan *p)
{
	bool comment = false;

	while (p->rest.len > 0) {
		unsigned char c = p->rest.at[0];

		if (c == '(') {
			p->rest = skip_comment(p->rest);
			comment = true;
		} else if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
			p->rest = span_from(p->rest, 1);
		} else {
			break;
		}
	}
	return comment;
}

static struct span
up_to(struct scan *p, const char *ends)
{
	struct span s = p->rest;
	size_t i = 0;

	while (i < s.len && strchr(ends, s.at[i]) == NULL)
		i++;
	p->rest = span_from(s, i);
	return span_trim((struct span){ s.at, i });
}

/* Takes the star and number off a parameter's name (RFC 2231 3 and 4). */
static void
stars(struct param *param, char *name)
{
	char *star = strchr(name, '*');
	int section = 0;
	size_t digits;

	param->name = name;
	param->section = -1;
	if (star == NULL)
		return;
	*star++ = 0;
	param->extended = *star == 0;
	digits = strspn(star, "0123456789");
	param->odd |= digits > SECTION_DIGITS ||
		      (digits > 1 && star[0] == '0') || (digits == 0 && *star);
	for (size_t i = 0; i < digits && i < SECTION_DIGITS; i++)
		section = section * 10 + (star[i] - '0');
	if (digits > 0) {
		param->section = section;
		param->extended = star[digits] == '*';
		param->odd |= star[digits] && strcmp(star + digits, "*") != 0;
	}
}

/* Are all bytes printable, and none of them of these? */
static bool
is_without(struct span s, const char *specials)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] <= ' ' || s.at[i] == 127 ||
		    strchr(specials, s.at[i]))
			return false;
	return s.len > 0;
}

static bool
is_token(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] >= 128)
			return false;
	return is_without(s, "()<>@,;:\\\"/[]?=");
}

bool
param_is_type(struct span value)
{
	size_t slash = span_find(value, '/');

	return slash < value.len &&
	       is_token((struct span){ value.at, slash }) &&
	       is_token(span_from(value, slash + 1));
}

bool
param_single_quoted(struct span s)
{
	return s.len > 1 && s.at[0] == '\'' && s.at[s.len - 1] == '\'';
}

static struct param *
one(struct scan *p)
{
	struct param *param = arena_get(p->arena, sizeof *param);
	struct span name, bare;

	param->odd = skip_blank(p);
	name = up_to(p, "=;");
	bare = param_bare(p->arena, name);
	param->odd |= bare.len != name.len;
	stars(param, span_lower(p->arena, bare));
	if (p->rest.len == 0 || p->rest.at[0] != '=') {
		param->odd = param->lonely = true;
		return param;
	}
	p->rest = span_from(p->rest, 1);
	param->odd |= skip_blank(p);
	param->source = p->rest;
	if (p->rest.len > 0 && p->rest.at[0] == '"') {
		param->value = quoted(p, param);
		(void)skip_blank(p);
		param->tail = up_to(p, ";");
		param->odd |= param->tail.len > 0;
		return param;
	}
	param->value = up_to(p, ";");
	/* "/", "?" and "=" are no token's, but every reader takes them. */
	param->odd |= !is_without(param->value, "()<>@,;:\\\"[]") ||
		      param_single_quoted(param->value);
	return param;
}

struct span
param_bare(struct arena *a, struct span value)
{
	unsigned char *out = arena_get(a, value.len + 1);
	size_t len = 0;

	while (value.len > 0) {
		if (value.at[0] == '(') {
			value = skip_comment(value);
			continue;
		}
		out[len++] = value.at[0];
		value = span_from(value, 1);
	}
	return span_trim((struct span){ out, len });
}

struct params *
param_read(struct arena *a, const char *raw)
{
	struct params *f = arena_get(a, sizeof *f);
	struct scan p = { a, span_string(raw), true };
	struct param **end = &f->first;
	struct span value;

	p.utf8 = text_is_utf8(raw, p.rest.len);
	value = up_to(&p, ";");
	f->value = span_lower(a, param_bare(a, value));
	f->odd = strlen(f->value) != value.len;
	for (int i = 0; p.rest.len > 0; i++) {
		if (i == PARAM_MOST) {
			f->full = true;
			break;
		}
		p.rest = span_from(p.rest, 1);
		if (span_trim(p.rest).len == 0)
			break;
		*end = one(&p);
		f->overlong |= (*end)->section >= PARAM_SECTIONS;
		end = &(*end)->next;
	}
	return f;
}

const struct param *
param_find(const struct param *p, const char *name)
{
	while (p && strcmp(p->name, name) != 0)
		p = p->next;
	return p;
}

static size_t
percent(struct span in, unsigned char *out)
{
	size_t len = 0;

	while (in.len > 0) {
		unsigned char c = in.at[0];
		size_t n = 1;

		if (c == '%' && in.len > 2 && span_hex(in.at[1]) >= 0 &&
		    span_hex(in.at[2]) >= 0) {
			c = (unsigned char)(span_hex(in.at[1]) << 4 |
					    span_hex(in.at[2]));
			n = 3;
		}
		out[len++] = c;
		in = span_from(in, n);
	}
	return len;
}

/* Takes charset'language' off the front of *value (RFC 2231 4). */
static const char *
charset_of(struct arena *a, struct span *value)
{
	size_t first = span_find(*value, '\'');
	size_t second =
	    first + 1 + span_find(span_from(*value, first + 1), '\'');
	const char *charset = "";

	if (second < value->len) {
		charset = span_lower(a, (struct span){ value->at, first });
		*value = span_from(*value, second + 1);
	}
	return charset;
}

struct span
param_extended(struct arena *a, struct span value, const char **charset)
{
	unsigned char *out = arena_get(a, value.len + 1);

	*charset = charset_of(a, &value);
	return (struct span){ out, percent(value, out) };
}

/* Sorts the sections of name by their number; how many bytes they have. */
static size_t
sections(const struct params *f, const char *name,
    const struct param *by_number[PARAM_SECTIONS], bool *odd)
{
	const struct param *p = param_find(f->first, name);
	size_t bytes = 0;
	int next = 0;

	for (; p; p = param_find(p->next, name)) {
		if (p->section < 0)
			continue;
		*odd |= p->section != next++;
		if (p->section >= PARAM_SECTIONS || by_number[p->section])
			continue;
		by_number[p->section] = p;
		bytes += p->value.len;
	}
	return bytes;
}

/* Puts p's bytes behind the len that out has. */
static size_t
append(const struct param *p, struct span value, unsigned char *out, size_t len)
{
	if (p->extended)
		return len + percent(value, out + len);
	if (value.len > 0)
		memcpy(out + len, value.at, value.len);
	return len + value.len;
}

bool
param_join(struct arena *a, const struct params *f, const char *name,
    struct span *bytes, const char **charset, bool *odd)
{
	const struct param *by_number[PARAM_SECTIONS] = { NULL };
	size_t room = sections(f, name, by_number, odd), len = 0;
	unsigned char *out;

	*charset = "";
	if (room == 0)
		return false;
	out = arena_get(a, room + 1);
	for (int i = 0; i < PARAM_SECTIONS; i++) {
		const struct param *p = by_number[i];
		struct span value;

		if (p == NULL)
			continue;
		value = p->value;
		if (i == 0 && p->extended)
			*charset = charset_of(a, &value);
		len = append(p, value, out, len);
	}
	*bytes = (struct span){ out, len };
	return true;
}

bool
param_written(struct arena *a, const struct params *f, const char *name,
    struct span *bytes, const char **charset)
{
	const struct param *p = param_find(f->first, name);
	unsigned char *out;
	size_t room = 0, len = 0;

	*charset = "";
	for (; p; p = param_find(p->next, name))
		room += p->section >= 0 ? p->value.len : 0;
	out = arena_get(a, room + 1);
	for (p = param_find(f->first, name); p; p = param_find(p->next, name)) {
		struct span value = p->value;

		if (p->section < 0)
			continue;
		if (len == 0 && p->extended)
			*charset = charset_of(a, &value);
		len = append(p, value, out, len);
	}
	*bytes = (struct span){ out, len };
	return len > 0;
}
