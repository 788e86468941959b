/* SPDX-License-Identifier: ISC */
#include <ctype.h>
#include <string.h>

#include "milter/base/count.h"
#include "milter/mail/base64.h"
#include "milter/mail/encoded.h"
#include "milter/base/banned.h"

enum {
	CODES_LEAST = 16, /* numbers in a list, or escapes in a run */
	LINE_LEAST = 40, /* characters on a line that goes on in the next */
	NAME_MOST = 64 /* of a variable that a script adds to */
};

static bool
is_digit(unsigned char c)
{
	return isalnum(c) || c == '+' || c == '/' || c == '-' || c == '_';
}

static unsigned char
at(struct span s, size_t i)
{
	return i < s.len ? s.at[i] : 0;
}

static size_t
blanks(struct span s, size_t i)
{
	while (i < s.len && strchr(" \t\r\n", s.at[i]))
		i++;
	return i;
}

static bool
is_quote(unsigned char c)
{
	return c == '"' || c == '\'' || c == '`';
}

/* Behind a name and "+=", as in `"; a += "`; or i when there is no such. */
static size_t
behind_name(struct span s, size_t i)
{
	size_t start = i;

	i = blanks(s, i + 1);
	for (size_t n = 0;
	     n < NAME_MOST &&
	     (isalnum(at(s, i)) || strchr("_$.", at(s, i)) != NULL) &&
	     at(s, i) != 0;
	     n++)
		i++;
	i = blanks(s, i);
	if (at(s, i) != '+' || at(s, i + 1) != '=')
		return start;
	return i + 2;
}

/* Where a string goes on that was closed at i: `" + "`, `", "`, `"; a += "`.
 * 0: it does not. */
static size_t
joined(struct span s, size_t i)
{
	size_t was;

	if (!is_quote(at(s, i)))
		return 0;
	i = blanks(s, i + 1);
	was = i;
	if (at(s, i) == '+' || at(s, i) == ',' || at(s, i) == '&')
		i++;
	else if (at(s, i) == ';')
		i = behind_name(s, i);
	if (i == was)
		return 0;
	i = blanks(s, i);
	return is_quote(at(s, i)) ? i + 1 : 0;
}

/* Behind an escape that strings have and base64 has not: an escaped slash, a
 * line end written out, a line that goes on. 0: there is none. */
static size_t
behind_escape(struct span s, size_t i)
{
	if (at(s, i) != '\\' || i + 1 >= s.len)
		return 0;
	if (at(s, i + 1) == '/')
		return i + 1;
	return memchr("rn\r\n", at(s, i + 1), 4) != NULL ? i + 2 : 0;
}

/* Where base64 goes on behind what stands at i; 0: it ends. */
static size_t
goes_on(struct span s, size_t i, size_t line)
{
	size_t next = joined(s, i);

	if (next == 0)
		next = behind_escape(s, i);
	if (next == 0 && line >= LINE_LEAST &&
	    (at(s, i) == '\r' || at(s, i) == '\n'))
		next = blanks(s, i);
	if (next == 0 || next >= s.len)
		return 0;
	return is_digit(s.at[next]) || s.at[next] == '\\' ? next : 0;
}

static void
put(struct buf *out, long code)
{
	unsigned char byte = (unsigned char)(code & 0xff);

	(void)buf_add(out, &byte, 1);
}

static const struct form {
	const char *prefix;
	int base;
	size_t most; /* digits */
	bool exact; /* no fewer */
} forms[] = {
	{ "\\x", 16, 2, true },
	{ "\\u", 16, 4, true },
	{ "%u", 16, 4, true },
	{ "%", 16, 2, true },
	{ "&#x", 16, 6, false },
	{ "&#", 10, 7, false },
};

/* The bytes that an escape of this form at i takes, 0 if there is none. */
static size_t
escape_as(const struct form *f, struct span s, size_t i, long *code)
{
	size_t start = i + strlen(f->prefix), end = start;

	if (!span_starts(span_from(s, i), f->prefix))
		return 0;
	*code = 0;
	while (end - start < f->most && span_hex(at(s, end)) != -1 &&
	       span_hex(at(s, end)) < f->base)
		*code = *code * f->base + span_hex(at(s, end++));
	if (end == start || (f->exact && end - start < f->most))
		return 0;
	if (f->prefix[0] == '&' && at(s, end) == ';')
		end++;
	return end - i;
}

static size_t
escape(struct span s, size_t i, long *code)
{
	size_t len = 0;

	if (at(s, i) != '\\' && at(s, i) != '%' && at(s, i) != '&')
		return 0;
	for (size_t n = 0; n < COUNT(forms) && len == 0; n++)
		len = escape_as(&forms[n], s, i, code);
	return len;
}

/* A digit that is escaped among others that are not: %2B, &#43;. */
static size_t
escaped_digit(struct span s, size_t i, struct buf *out)
{
	long code = 0;
	size_t len = escape(s, i, &code);

	if (len == 0 || code > '~' ||
	    (!is_digit((unsigned char)code) && code > ' ' && code != '='))
		return 0;
	if (is_digit((unsigned char)code))
		put(out, code);
	return len;
}

/* The digits of base64 or hex from *i on, without what joins them. */
static void
digits(struct span s, size_t *i, struct buf *out)
{
	size_t next = *i, start, more;

	do {
		start = *i = next;
		while (*i < s.len && is_digit(s.at[*i]))
			(*i)++;
		(void)buf_add(out, s.at + start, *i - start);
		while (at(s, *i) == '=')
			(*i)++;
		next = goes_on(s, *i, *i - start);
		more =
		    next == 0 && out->len > 0 ? escaped_digit(s, *i, out) : 0;
		if (more > 0)
			next = *i + more;
	} while (next != 0);
}

/* How files begin, written from the end: scripts turn strings around. */
static const char *const turned[] = { "QqVT", "oVT", "pVT", "BDsEUP", "iREVBVJ",
	"8q3N", "IyFmU", "R8M0", "AAAAAT", "IsH4", "0hGP", "jNHP", "2NHP",
	"EFCP", "a5d4", "A5D4", "40304b4", "40304B4" };

static void
turn(struct buf *b)
{
	for (size_t i = 0, j = b->len - 1; i < j; i++, j--) {
		unsigned char c = b->data[i];

		b->data[i] = b->data[j];
		b->data[j] = c;
	}
}

static void
turn_if_turned(struct buf *b)
{
	for (size_t i = 0; i < COUNT(turned); i++) {
		size_t len = strlen(turned[i]);

		if (memcmp(b->data + b->len - len, turned[i], len) == 0) {
			turn(b);
			return;
		}
	}
}

static bool
all_hex(const struct buf *b)
{
	for (size_t i = 0; i < b->len; i++)
		if (span_hex(b->data[i]) == -1)
			return false;
	return b->len % 2 == 0;
}

/* Hex and base64 are decoded where they stand: both only shrink. */
static void
decode_digits(struct buf *b)
{
	struct base64 quiet = { .odd = NULL };
	unsigned char *d = b->data;

	turn_if_turned(b);
	if (all_hex(b)) {
		for (size_t i = 0; i < b->len / 2; i++)
			d[i] = (unsigned char)(span_hex(d[2 * i]) << 4 |
					       span_hex(d[2 * i + 1]));
		b->len /= 2;
		return;
	}
	for (size_t i = 0; i < b->len; i++)
		d[i] = d[i] == '-' ? '+' : d[i] == '_' ? '/' : d[i];
	b->len = base64_decode(&quiet, (struct span){ d, b->len }, d);
}

/* A number from *i on (77, 0x4d, -12), or -1000. */
static long
number(struct span s, size_t *i)
{
	size_t start = *i;
	bool minus = at(s, *i) == '-';
	long n = 0;

	if (minus)
		start = ++*i;
	if (at(s, *i) == '0' && (at(s, *i + 1) | 0x20) == 'x') {
		start = *i += 2;
		while (span_hex(at(s, *i)) != -1 && *i - start < 4)
			n = n * 16 + span_hex(at(s, (*i)++));
	} else {
		while (isdigit(at(s, *i)) && *i - start < 4)
			n = n * 10 + at(s, (*i)++) - '0';
	}
	return *i == start || n > 255 ? -1000 : minus ? -n : n;
}

/* A list of numbers from i on; where it ends, or i when it is none. */
static size_t
codes(struct span s, size_t i, struct buf *out)
{
	size_t start = i, end = i;

	for (;;) {
		long n = number(s, &i);

		if (n == -1000 || isalnum(at(s, i)) || at(s, i) == '.')
			break;
		put(out, n);
		end = i;
		i = blanks(s, i);
		if (at(s, i) == ',')
			i = blanks(s, i + 1);
		else
			break;
	}
	return out->len >= CODES_LEAST ? end : start;
}

/* Escapes and plain characters between them from i on; where they end. */
static size_t
escapes(struct span s, size_t i, struct buf *out, size_t *count)
{
	long code = 0;

	for (*count = 0; i < s.len;) {
		size_t len = escape(s, i, &code);

		if (len == 0 && joined(s, i) != 0) {
			i = joined(s, i);
			continue;
		}
		if (len == 0 &&
		    (s.at[i] <= ' ' || s.at[i] > '~' || is_quote(s.at[i]) ||
			s.at[i] == '<' || s.at[i] == '>'))
			break;
		put(out, len > 0 ? code : s.at[i]);
		*count += len > 0;
		i += len > 0 ? len : 1;
	}
	return i;
}

/* A run that begins at *i, decoded; *i moves behind what was looked at. */
static bool
take(struct span s, size_t *i, struct buf *out)
{
	size_t start = *i, end, count;
	long code;

	buf_clear(out);
	if (isdigit(s.at[*i]) || s.at[*i] == '-') {
		end = codes(s, *i, out);
		if (end > start) {
			*i = end;
			return true;
		}
		buf_clear(out);
	}
	if (escape(s, *i, &code) > 0) {
		*i = escapes(s, *i, out, &count);
		return count >= CODES_LEAST;
	}
	digits(s, i, out);
	if (out->len < ENCODED_LEAST)
		return false;
	decode_digits(out);
	return true;
}

static bool
begins_run(struct span s, size_t i)
{
	return is_digit(s.at[i]) || s.at[i] == '%' || s.at[i] == '\\' ||
	       s.at[i] == '&';
}

bool
encoded_next(struct span *rest, struct buf *out)
{
	size_t i = 0;
	bool found = false;

	while (i < rest->len && !found) {
		size_t was = i;

		if (begins_run(*rest, i))
			found = take(*rest, &i, out);
		if (i == was)
			i++;
	}
	*rest = span_from(*rest, i);
	return found;
}

bool
encoded_whole(struct span s, struct buf *out)
{
	struct span rest = span_trim(s);

	if (rest.len < ENCODED_LEAST || !begins_run(rest, 0) ||
	    !encoded_next(&rest, out))
		return false;
	return span_trim(rest).len <= 4;
}
