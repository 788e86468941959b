/* SPDX-License-Identifier: ISC */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "milter/base/count.h"
#include "milter/mail/flate.h"
#include "milter/mail/pdftext.h"
#include "milter/base/banned.h"

enum { FILTERS = 4, BYTES_MOST = 512 };

static bool
is_space(int c)
{
	return c == ' ' || (c >= 9 && c <= 13) || c == 0;
}

static bool
is_delimiter(int c)
{
	return c != 0 && strchr("()<>[]{}/%", c) != NULL;
}

static bool
put(struct buf *out, int c)
{
	char byte = (char)c;

	return buf_add(out, &byte, 1) == 0;
}

/* Inside a string: what would end it or the line is no longer told apart, and
 * a blank is not that behind a token. NUL, half of each UTF-16 letter, goes. */
static void
put_text(struct buf *out, int c)
{
	if (c == ' ')
		c = PDFTEXT_BLANK;
	else if (c == '(' || c == ')' || (c < ' ' && c != 0))
		c = '_';
	if (c != 0)
		(void)put(out, c);
}

/* A name, at its slash. */
static void
name(struct span *s, struct buf *out)
{
	(void)put(out, '/');
	*s = span_from(*s, 1);
	while (s->len > 0 && !is_space(s->at[0]) && !is_delimiter(s->at[0])) {
		int c = s->at[0];
		size_t used = 1;

		if (c == '#' && s->len > 2 && span_hex(s->at[1]) >= 0 &&
		    span_hex(s->at[2]) >= 0) {
			c = span_hex(s->at[1]) << 4 | span_hex(s->at[2]);
			used = 3;
		}
		(void)put(out, c <= ' ' ? '_' : c);
		*s = span_from(*s, used);
	}
}

/* Behind a backslash in a string; how many bytes it takes. */
static size_t
escape(struct span s, struct buf *out)
{
	static const char letters[] = "nrtbf", bytes[] = "\n\r\t\b\f";
	const char *letter;
	size_t used = 0;
	int c = 0;

	while (
	    used < 3 && used < s.len && s.at[used] >= '0' && s.at[used] <= '7')
		c = c << 3 | (s.at[used++] - '0');
	if (used > 0 || s.len == 0) {
		put_text(out, c & 0xff);
		return used;
	}
	letter = s.at[0] == 0 ? NULL : strchr(letters, s.at[0]);
	if (letter != NULL)
		put_text(out, bytes[letter - letters]);
	else if (s.at[0] != '\n' && s.at[0] != '\r')
		put_text(out, s.at[0]);
	return 1;
}

static void
string(struct span *s, struct buf *out)
{
	int depth = 0;

	(void)put(out, '(');
	while (s->len > 0) {
		int c = s->at[0];

		*s = span_from(*s, 1);
		if (c == '\\') {
			*s = span_from(*s, escape(*s, out));
			continue;
		}
		depth += (c == '(') - (c == ')');
		if (depth == 0)
			break;
		if (depth > 1 || c != '(')
			put_text(out, c);
	}
	(void)put(out, ')');
}

static void
hex_string(struct span *s, struct buf *out)
{
	int value = 0, digits = 0;

	(void)put(out, '(');
	*s = span_from(*s, 1);
	while (s->len > 0 && s->at[0] != '>') {
		int digit = span_hex(s->at[0]);

		if (digit >= 0) {
			value = (value << 4 | digit) & 0xff;
			if (++digits % 2 == 0)
				put_text(out, value);
		}
		*s = span_from(*s, 1);
	}
	*s = span_from(*s, 1);
	(void)put(out, ')');
}

/* A number or a word of letters. */
static struct span
word(struct span *s)
{
	struct span w = *s;

	w.len = 0;
	while (w.len < s->len && !is_space(s->at[w.len]) &&
	       !is_delimiter(s->at[w.len]))
		w.len++;
	if (w.len == 0)
		w.len = 1; /* a delimiter that stands alone */
	*s = span_from(*s, w.len);
	return w;
}

static bool
pair(struct span s, char c)
{
	return s.len > 1 && s.at[0] == c && s.at[1] == c;
}

static bool
ends_object(struct span w)
{
	return span_begins(w, span_string("endobj")) ||
	       (w.len == 3 && memcmp(w.at, "obj", 3) == 0);
}

/* Blanks and comments. */
static bool
skip_blank(struct span *s)
{
	size_t len = 0;

	if (s->at[0] == '%')
		while (len < s->len && s->at[len] != '\n' && s->at[len] != '\r')
			len++;
	else if (is_space(s->at[0]))
		len = 1;
	*s = span_from(*s, len);
	return len > 0;
}

/* A token that is no word: false when it is one. */
static bool
token(struct span *s, struct buf *out, int *depth)
{
	if (s->at[0] == '/') {
		name(s, out);
	} else if (s->at[0] == '(') {
		string(s, out);
	} else if (pair(*s, '<') || pair(*s, '>')) {
		*depth += s->at[0] == '<' ? 1 : -1;
		(void)buf_add(out, s->at, 2);
		*s = span_from(*s, 2);
	} else if (s->at[0] == '<') {
		hex_string(s, out);
	} else {
		return false;
	}
	return true;
}

bool
pdftext_flatten(struct span *s, struct buf *out, bool lines)
{
	int depth = 0;

	while (s->len > 0) {
		struct span w;

		if (skip_blank(s))
			continue;
		if (!token(s, out, &depth)) {
			w = word(s);
			if (ends_object(w))
				return false;
			/* It may touch the bytes behind it. */
			if (span_begins(w, span_string("stream"))) {
				*s = (struct span){ w.at + 6,
					s->len + w.len - 6 };
				return true;
			}
			(void)buf_add(out, w.at, w.len);
		}
		(void)put(out, lines && depth <= 0 ? '\n' : ' ');
	}
	return false;
}

const char *
pdftext_value(const char *line, const char *key)
{
	size_t len = strlen(key);

	for (const char *at = line; (at = strstr(at, key)) != NULL; at += len)
		if (at[len] == ' ')
			return at + len + 1;
	return NULL;
}

/* As string() and hex_string(), with every byte as it is. */
static size_t
raw_string(struct span s, unsigned char *out)
{
	static const char letters[] = "nrtbf", bytes[] = "\n\r\t\b\f";
	size_t count = 0;
	int depth = 1;

	while (s.len > 0 && count < BYTES_MOST) {
		int c = s.at[0];
		const char *letter;
		size_t used = 0;

		s = span_from(s, 1);
		if (c == '\\' && s.len > 0) {
			for (c = 0; used < 3 && used < s.len &&
				    s.at[used] >= '0' && s.at[used] <= '7';)
				c = c << 3 | (s.at[used++] - '0');
			if (used == 0) {
				used = 1;
				letter = s.at[0] == 0
					     ? NULL
					     : strchr(letters, s.at[0]);
				c = letter == NULL ? s.at[0]
						   : bytes[letter - letters];
			}
			s = span_from(s, used);
		} else {
			depth += (c == '(') - (c == ')');
			if (depth == 0)
				break;
		}
		out[count++] = (unsigned char)c;
	}
	return count;
}

static size_t
raw_hex(struct span s, unsigned char *out)
{
	size_t digits = 0;

	for (; s.len > 0 && s.at[0] != '>' && digits / 2 < BYTES_MOST;
	     s = span_from(s, 1)) {
		int digit = span_hex(s.at[0]);

		if (digit < 0)
			continue;
		out[digits / 2] = (unsigned char)(out[digits / 2] << 4 | digit);
		digits++;
	}
	return digits / 2;
}

static bool
ascii_hex(struct span in, struct buf *out)
{
	int value = 0, digits = 0;
	bool room = true;

	for (size_t i = 0; room && i < in.len && in.at[i] != '>'; i++) {
		int digit = span_hex(in.at[i]);

		if (digit < 0)
			continue;
		value = (value << 4 | digit) & 0xff;
		if (++digits % 2 == 0)
			room = put(out, value);
	}
	return room;
}

static bool
put_85(struct buf *out, unsigned long value, int count)
{
	bool room = true;

	for (int i = 0; i < count; i++)
		room = put(out, (int)(value >> (24 - 8 * i) & 0xff));
	return room;
}

static bool
ascii85(struct span in, struct buf *out)
{
	unsigned long value = 0;
	bool room = true;
	int have = 0;

	for (size_t i = 0; room && i < in.len && in.at[i] != '~'; i++) {
		int c = in.at[i];

		if (c == 'z' && have == 0)
			room = put_85(out, 0, 4);
		if (c < '!' || c > 'u')
			continue;
		value = value * 85 + (unsigned)(c - '!');
		if (++have < 5)
			continue;
		room = put_85(out, value, 4);
		value = 0;
		have = 0;
	}
	for (int i = have; have > 1 && i < 5; i++)
		value = value * 85 + 84;
	return room && (have < 2 || put_85(out, value, have - 1));
}

static const struct {
	const char *name, *shorter;
	bool (*undo)(struct span in, struct buf *out);
} filters[] = {
	{ "/FlateDecode", "/Fl", flate_unpack },
	{ "/ASCIIHexDecode", "/AHx", ascii_hex },
	{ "/ASCII85Decode", "/A85", ascii85 },
};

/* Takes one name off *text: the filter's number, or -1 when it is not known.
 */
static int
take_filter(const char **text)
{
	size_t len = strcspn(*text, " ");
	int found = -1;

	for (int i = 0; i < (int)COUNT(filters); i++)
		if ((strlen(filters[i].name) == len &&
			strncmp(*text, filters[i].name, len) == 0) ||
		    (strlen(filters[i].shorter) == len &&
			strncmp(*text, filters[i].shorter, len) == 0))
			found = i;
	*text += len;
	return found;
}

/* One filter: from in to out. */
static enum unfiltered
undo(int filter, const struct buf *in, struct buf *out)
{
	struct span s = { (const unsigned char *)buf_text(in), in->len };

	if (filter == -1)
		return UNFILTERED_NOT;
	return filters[filter].undo(s, out) ? UNFILTERED : UNFILTERED_LIMIT;
}

static bool
has_predictor(const char *line)
{
	const char *value = pdftext_value(line, "/Predictor");

	return value != NULL && strtol(value, NULL, 10) != 1;
}

enum unfiltered
pdftext_unfilter(const char *line, struct span in, struct buf *out)
{
	const char *names = pdftext_value(line, "/Filter");
	enum unfiltered result = UNFILTERED;
	bool list;

	if (buf_add(out, in.at, in.len) == -1)
		return UNFILTERED_LIMIT;
	if (names == NULL)
		return UNFILTERED;
	/* What a predictor did to the bytes is not undone here. */
	if (has_predictor(line))
		return UNFILTERED_NOT;
	list = *names == '[';
	names += strspn(names, "[ ");
	for (int i = 0; i < FILTERS && *names == '/' && result == UNFILTERED;
	     i++) {
		struct buf from = *out;

		buf_init(out, from.limit);
		result = undo(take_filter(&names), &from, out);
		buf_free(&from);
		if (!list)
			return result;
		names += strspn(names, " ");
	}
	/* A list ends; a name elsewhere, or more than a few, are not read. */
	return list && *names == ']' ? result : UNFILTERED_NOT;
}

struct span
pdftext_string(struct arena *a, struct span s)
{
	struct span none = { NULL, 0 };
	unsigned char *out;
	size_t count;

	while (s.len > 0 && is_space(s.at[0]))
		s = span_from(s, 1);
	if (s.len == 0 || (s.at[0] != '(' && s.at[0] != '<'))
		return none;
	out = arena_get(a, BYTES_MOST);
	if (s.at[0] == '(')
		count = raw_string(span_from(s, 1), out);
	else
		count = raw_hex(span_from(s, 1), out);
	return (struct span){ out, count };
}

struct span
pdftext_bytes(struct arena *a, struct span object, const char *key)
{
	size_t len = strlen(key);

	while (object.len > len) {
		const unsigned char *at =
		    memmem(object.at, object.len, key, len);

		if (at == NULL)
			break;
		object = span_from(object, (size_t)(at - object.at) + len);
		if (object.len > 0 && !isalpha(object.at[0]))
			return pdftext_string(a, object);
	}
	return (struct span){ NULL, 0 };
}
