/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "milter/base/count.h"
#include "milter/mail/inner.h"
#include "milter/base/banned.h"

enum { TYPE_MOST = 128 /* of a media type with its parameters */ };

/* What a browser runs when a frame or script is of this type. */
static const char *const types[] = { "text/html", "application/xhtml",
	"image/svg", "text/xml", "application/xml", "text/javascript",
	"application/javascript", "application/x-javascript", "text/ecmascript",
	"text/vbscript" };

/* References that a page needs to quote another. */
static const struct {
	const char *name;
	char c;
} references[] = {
	{ "&lt;", '<' },
	{ "&gt;", '>' },
	{ "&quot;", '"' },
	{ "&apos;", '\'' },
	{ "&amp;", '&' },
};

/* The text of the type at s, and where the content behind it begins; 0: it is
 * not one that runs, or in base64. */
static size_t
behind_type(struct span s)
{
	struct span type = { s.at, s.len < TYPE_MOST ? s.len : TYPE_MOST };
	size_t len = span_find(type, ',');

	if (len == type.len)
		return 0;
	type.len = len;
	if (len >= 7 && span_is(span_from(type, len - 7), ";base64"))
		return 0;
	for (size_t i = 0; i < COUNT(types); i++)
		if (span_starts(type, types[i]))
			return len + 1;
	return 0;
}

/* The character of a reference at s, and how long it is; 0: there is none. */
static size_t
reference(struct span s, char *c)
{
	unsigned code = 0;
	int base = 10, digit;
	size_t i = 2;

	for (size_t n = 0; n < COUNT(references); n++)
		if (span_starts(s, references[n].name)) {
			*c = references[n].c;
			return strlen(references[n].name);
		}
	if (s.len < 4 || s.at[1] != '#')
		return 0;
	if ((s.at[i] | 0x20) == 'x') {
		base = 16;
		i++;
	}
	for (; i < s.len && code < 256; i++) {
		digit = span_hex(s.at[i]);
		if (digit < 0 || digit >= base)
			break;
		code = code * (unsigned)base + (unsigned)digit;
	}
	*c = (char)code;
	if (code == 0 || code > 126)
		return 0;
	return i < s.len && s.at[i] == ';' ? i + 1 : i;
}

static size_t
percent(struct span s, char *c)
{
	if (s.len < 3 || span_hex(s.at[1]) < 0 || span_hex(s.at[2]) < 0)
		return 0;
	*c = (char)(span_hex(s.at[1]) << 4 | span_hex(s.at[2]));
	return 3;
}

/* The content up to the quote that closes it, or to a blank or ">" when it has
 * none (quote 0); how much that was. */
static size_t
take(struct span s, unsigned char quote, struct buf *out)
{
	size_t i = 0;

	buf_clear(out);
	while (i < s.len) {
		char c = (char)s.at[i];
		size_t len = 0;

		if (quote != 0 ? s.at[i] == quote
			       : strchr(" \t\r\n>", c) != NULL)
			break;
		if (c == '&')
			len = reference(span_from(s, i), &c);
		else if (c == '%')
			len = percent(span_from(s, i), &c);
		if (buf_add(out, &c, 1) == -1)
			break;
		i += len > 0 ? len : 1;
	}
	return i;
}

static unsigned char
quote_of(unsigned char c)
{
	return c == '"' || c == '\'' || c == '`' ? c : 0;
}

/* The content of what stands at s and its quote, when it is such an attribute;
 * else empty. */
static struct span
content(struct span s, unsigned char before, unsigned char *quote)
{
	struct span nothing = { NULL, 0 };
	size_t len;

	if (span_starts(s, "data:")) {
		len = behind_type(span_from(s, 5));
		*quote = quote_of(before);
		return len == 0 ? nothing : span_from(s, 5 + len);
	}
	if (!span_starts(s, "srcdoc="))
		return nothing;
	s = span_from(s, 7);
	*quote = s.len > 0 ? quote_of(s.at[0]) : 0;
	return span_from(s, *quote != 0);
}

bool
inner_next(struct span *rest, struct buf *out)
{
	unsigned char quote = 0;

	for (size_t i = 0; i + 5 < rest->len; i++) {
		struct span found;

		if ((rest->at[i] | 0x20) != 'd' && (rest->at[i] | 0x20) != 's')
			continue;
		found = content(span_from(*rest, i),
		    i > 0 ? rest->at[i - 1] : 0, &quote);
		if (found.len == 0)
			continue;
		*rest = span_from(found, take(found, quote, out));
		return true;
	}
	*rest = span_from(*rest, rest->len);
	return false;
}
