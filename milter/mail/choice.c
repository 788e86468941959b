/* SPDX-License-Identifier: ISC */
#include <string.h>
#include <strings.h>

#include "milter/base/count.h"
#include "milter/mail/charset.h"
#include "milter/mail/choice.h"
#include "milter/mail/words.h"
#include "milter/base/banned.h"

static bool
same(struct span a, struct span b)
{
	a = span_trim(a);
	b = span_trim(b);
	return a.len == b.len && span_begins(a, b);
}

/* Without line ends; NUL, which is told elsewhere, becomes a blank. */
static char *
unfold(struct arena *a, struct span s)
{
	char *copy = span_copy(a, s);
	size_t len = 0;

	for (size_t i = 0; i < s.len; i++)
		if (copy[i] != '\r' && copy[i] != '\n')
			copy[len++] = copy[i] ? copy[i] : ' ';
	copy[len] = 0;
	return copy;
}

const char *
choice_value(struct walk *w, enum walk_field field)
{
	const struct walk_values *v = &w->fields[field];
	struct span s = v->first;

	if (v->count > 1 && !same(v->first, v->last) &&
	    walk_asks(w, TRAIT_LAST_FIELD))
		s = v->last;
	return unfold(w->arena, span_trim(s));
}

/* s up to the first of these bytes. */
static struct span
until(struct span s, const char *ends)
{
	size_t i = 0;

	while (i < s.len && (s.at[i] == 0 || !strchr(ends, s.at[i])))
		i++;
	return (struct span){ s.at, i };
}

static struct span
without(struct arena *a, struct span s, int c)
{
	unsigned char *out = arena_get(a, s.len + 1);
	size_t len = 0;

	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] != c)
			out[len++] = s.at[i];
	return (struct span){ out, len };
}

/* Without comments, unless the reader knows none. */
static struct span
bare(struct walk *w, struct span s)
{
	if (span_find(s, '(') == s.len || walk_asks(w, TRAIT_KEEPS_COMMENTS))
		return s;
	return param_bare(w->arena, s);
}

const char *
choice_type(struct walk *w, const char *value, const char *standard)
{
	struct span s = span_trim(until(span_string(value), ";"));

	s = bare(w, s);
	if (param_is_type(s))
		return span_lower(w->arena, s);
	if (s.len == 0 || !walk_asks(w, TRAIT_FIRST_WORD))
		return standard;
	s = without(w->arena, without(w->arena, s, '\\'), '"');
	s = until(span_trim(s), " \t,(");
	return param_is_type(s) || span_starts(s, "multipart")
		   ? span_lower(w->arena, s)
		   : standard;
}

static const char *const encodings[] = { "base64", "quoted-printable",
	"uuencode", "uue" };

/* The encoding whose name stands first anywhere in s, or "". */
static const char *
like(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		for (size_t n = 0; n < COUNT(encodings); n++)
			if (span_starts(span_from(s, i), encodings[n]))
				return encodings[n];
	return "";
}

const char *
choice_encoding(struct walk *w, const char *value)
{
	struct span s = span_trim(bare(w, span_string(value)));
	const char *name = like(s);

	if (*name == 0 || span_is(s, name))
		return name;
	return walk_asks(w, TRAIT_LIKE_ENCODING) ? name : "";
}

static struct span
joined(struct walk *w, struct span a, struct span b)
{
	return span_string(arena_printf(w->arena, "%s%s",
	    span_copy(w->arena, a), span_copy(w->arena, b)));
}

/* A value in quotes. */
static struct span
quoted(struct walk *w, const struct param *p)
{
	struct span s = p->value, raw = span_from(p->source, 1);

	if (p->escaped && walk_asks(w, TRAIT_KEEPS_ESCAPES))
		s = until(raw, "\"");
	if (p->tail.len > 0 && walk_asks(w, TRAIT_WHOLE_VALUE))
		s = joined(w, s, p->tail);
	if (span_trim(s).len < s.len && walk_asks(w, TRAIT_TRIMS))
		s = span_trim(s);
	return s;
}

/* A value without quotes. */
static struct span
word(struct walk *w, const struct param *p)
{
	struct span s = bare(w, p->value), first;

	if (span_find(s, '\\') < s.len && !walk_asks(w, TRAIT_KEEPS_ESCAPES))
		s = without(w->arena, s, '\\');
	if (param_single_quoted(s)) {
		if (walk_asks(w, TRAIT_SINGLE_QUOTES))
			s = (struct span){ s.at + 1, s.len - 2 };
		return s;
	}
	first = until(s, " \t,\"");
	if (first.len < s.len && !walk_asks(w, TRAIT_WHOLE_VALUE))
		s = first;
	return s;
}

/* The plain parameters of that name: the first and the last. */
static const struct param *
plain(struct walk *w, const struct params *f, const char *name)
{
	const struct param *first = NULL, *last = NULL, *p;

	for (p = param_find(f->first, name); p; p = param_find(p->next, name)) {
		if (p->section >= 0 || p->extended)
			continue;
		if (first == NULL)
			first = p;
		last = p;
	}
	if (first != last && !same(first->value, last->value) &&
	    walk_asks(w, TRAIT_LAST_PARAMETER))
		return last;
	return first;
}

/* What RFC 2231 says about name; false if nothing. */
static bool
encoded(struct walk *w, const struct params *f, const char *name,
    struct span *value, const char **charset)
{
	const struct param *p = param_find(f->first, name);
	bool odd = false;

	for (; p; p = param_find(p->next, name))
		if (p->extended && p->section < 0) {
			*value = param_extended(w->arena, p->value, charset);
			return true;
		}
	if (!param_join(w->arena, f, name, value, charset, &odd))
		return false;
	if (odd && walk_asks(w, TRAIT_AS_WRITTEN))
		(void)param_written(w->arena, f, name, value, charset);
	return true;
}

/* How often text stands in s. */
static int
times(const char *s, const char *text)
{
	int n = 0;

	for (; (s = strcasestr(s, text)); s += strlen(text))
		n++;
	return n;
}

/* What follows "boundary=" wherever that is: no grammar, as an expression
 * that searches for it finds it. */
static struct span
anywhere(const char *value)
{
	const char *at = strcasestr(value, "boundary=");
	struct span none = { NULL, 0 };

	if (at == NULL)
		return none;
	at += strlen("boundary=");
	at += *at == '"';
	return until(span_string(at), "\"; \t)");
}

static bool
is_searched(struct walk *w, const char *value, const struct params *f)
{
	const struct param *p = param_find(f->first, "boundary");
	int known = 0;

	for (; p; p = param_find(p->next, "boundary"))
		known++;
	return times(value, "boundary=") != known && anywhere(value).len > 0 &&
	       times(value, "boundary*") == 0 && walk_asks(w, TRAIT_ANYWHERE);
}

struct span
choice_boundary(struct walk *w, const char *value, const struct params *f)
{
	struct span s = { NULL, 0 };
	const struct param *p = plain(w, f, "boundary");
	const char *charset;

	if (is_searched(w, value, f))
		return anywhere(value);
	if (encoded(w, f, "boundary", &s, &charset) &&
	    !walk_asks(w, TRAIT_NO_2231))
		return s;
	if (p == NULL)
		return (struct span){ NULL, 0 };
	s = p->quoted ? quoted(w, p) : word(w, p);
	if (s.len > 0 && memmem(s.at, s.len, "=?", 2) &&
	    walk_asks(w, TRAIT_WORDS))
		s = span_string(words_decode(w->arena, s, NULL));
	return s;
}

/* One name; what only some decode (encoded words) is decoded here, because the
 * ending that it hides is the one that counts (F4). */
static const char *
named(struct walk *w, const struct params *f, const char *name)
{
	const struct param *p = plain(w, f, name);
	const char *charset;
	struct span s;

	if (encoded(w, f, name, &s, &charset) &&
	    (p == NULL || !walk_asks(w, TRAIT_NO_2231)))
		return charset_decode(w->arena, charset, s, NULL);
	return p ? words_decode(w->arena, p->value, NULL) : "";
}

static const char *
ending(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot ? dot : "";
}

const char *
choice_name(struct walk *w, const struct params *disposition,
    const struct params *type)
{
	const char *file = named(w, disposition, "filename");
	const char *name = named(w, type, "name");

	if (*file == 0)
		return name;
	if (*ending(file) && *ending(name) &&
	    strcasecmp(ending(file), ending(name)) != 0 &&
	    walk_asks(w, TRAIT_TYPE_NAME))
		return name;
	return file;
}
