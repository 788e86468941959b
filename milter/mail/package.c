/* SPDX-License-Identifier: ISC */
#include <ctype.h>
#include <string.h>

#include "milter/mail/charset.h"
#include "milter/mail/mapi.h"
#include "milter/mail/names.h"
#include "milter/mail/package.h"
#include "milter/mail/unpack.h"
#include "milter/base/banned.h"

enum { EMBEDDED = 2, OBJECTS = 200, CONTROL_MOST = 32, BIN_MOST = 1 << 28 };

/* A string that ends in NUL, off the front of *s. */
static const char *
take_string(struct reading *r, struct span *s)
{
	size_t len = span_find(*s, 0);
	const char *text = charset_decode(r->message->arena, "",
	    (struct span){ s->at, len }, NULL);

	*s = span_from(*s, len + 1);
	return text;
}

/* The package without the length before it. */
static void
unwrap(struct reading *r, struct node *n, struct span whole)
{
	struct span s = whole, data;
	const char *label, *path, *temp;
	struct node *child;

	(void)mapi_number(&s, 2);
	label = take_string(r, &s);
	path = take_string(r, &s);
	(void)mapi_number(&s, 4);
	(void)mapi_number(&s, 4); /* length of the next */
	temp = take_string(r, &s);
	data.len = mapi_number(&s, 4);
	data.at = s.at;
	if (data.len == 0 || data.len > s.len) {
		/* An object of another program. */
		child = unpack_member(r, n, NULL, whole);
		if (child == NULL)
			return;
		child->part.origin = ORIGIN_STREAM;
		names_add(r, child, "Ole10Native", "stream");
		return;
	}
	child = unpack_member(r, n, label, data);
	if (child == NULL)
		return;
	names_add(r, child, path, "package");
	names_add(r, child, temp, "package");
}

void
package_read(struct reading *r, struct node *n, struct span stream)
{
	if (stream.len > 4)
		unwrap(r, n, span_from(stream, 4));
}

bool
package_is_rtf(struct span s)
{
	/* Word asks for no more than this. */
	return span_begins(s, span_string("{\\rt"));
}

/* Steps over a control word with its number and the blank behind it; *number
 * is that of "bin", which so many raw bytes follow, else 0. */
static size_t
control(struct span s, size_t i, size_t *number)
{
	size_t begin = i, digits;
	bool bin;

	*number = 0;
	while (i < s.len && i - begin < CONTROL_MOST && isalpha(s.at[i]))
		i++;
	bin = i - begin == 3 && memcmp(s.at + begin, "bin", 3) == 0;
	digits = i;
	while (i < s.len && i - digits < CONTROL_MOST &&
	       (isdigit(s.at[i]) || s.at[i] == '-')) {
		if (bin && isdigit(s.at[i]) && *number < BIN_MOST)
			*number = *number * 10 + (size_t)(s.at[i] - '0');
		i++;
	}
	return i < s.len && s.at[i] == ' ' ? i + 1 : i;
}

/* Where the bytes go that an object's hex digits are: nowhere when out is
 * NULL, to be counted. */
struct hex {
	unsigned char *out;
	size_t digits;
	bool escaped; /* the digits of \'xx count, as some readers take them */
};

static void
put_digit(struct hex *h, int value)
{
	if (h->out != NULL)
		h->out[h->digits / 2] =
		    (unsigned char)(h->out[h->digits / 2] << 4 | value);
	h->digits++;
}

/* What follows a backslash at i: an escaped byte, a control word, raw bytes. */
static size_t
escape(struct hex *h, struct span s, size_t i)
{
	size_t raw;

	if (i < s.len && s.at[i] == '\'')
		return h->escaped || s.len - i < 3 ? i + 1 : i + 3;
	i = control(s, i, &raw);
	for (; raw > 0 && i < s.len; raw--, i++) {
		put_digit(h, s.at[i] >> 4);
		put_digit(h, s.at[i] & 15);
	}
	return i;
}

/*
 * The bytes written in hex from s on to the end of the group; how many. Groups
 * and control words in between are what Word skips and scanners stumble over.
 */
static size_t
read_hex(struct span s, unsigned char *out, bool escaped)
{
	struct hex h = { out, 0, escaped };
	size_t i = 0;
	int depth = 0;

	while (i < s.len && depth >= 0) {
		unsigned char c = s.at[i++];
		int value = span_hex(c);

		if (c == '{')
			depth++;
		else if (c == '}')
			depth--;
		else if (c == '\\')
			i = escape(&h, s, i);
		else if (value >= 0)
			put_digit(&h, value);
	}
	return h.digits / 2;
}

static struct span
take_hex(struct reading *r, struct node *n, struct span s, bool escaped)
{
	size_t len = read_hex(s, NULL, escaped);
	unsigned char *out;

	if (reading_take(r, n, len) < len)
		return (struct span){ NULL, 0 };
	out = arena_get(r->message->arena, len + 1);
	return (struct span){ out, read_hex(s, out, escaped) };
}

/* MS-OLEDS 2.2.5: version, format, class, topic, item, data. */
static void
add_object(struct reading *r, struct node *n, struct span s)
{
	uint32_t format, len;
	const char *class;
	struct node *child;
	struct span data;

	(void)mapi_number(&s, 4);
	format = mapi_number(&s, 4);
	len = mapi_number(&s, 4);
	data = (struct span){ s.at, len < s.len ? len : s.len };
	class = take_string(r, &data);
	s = span_from(s, len);
	s = span_from(s, mapi_number(&s, 4));
	s = span_from(s, mapi_number(&s, 4));
	len = mapi_number(&s, 4);
	data = (struct span){ s.at, len < s.len ? len : s.len };
	if (data.len == 0)
		return;
	/* The file itself is what counts, not what it is wrapped in. */
	if (format == EMBEDDED && strcmp(class, "Package") == 0) {
		unwrap(r, n, data);
		return;
	}
	child = unpack_member(r, n, NULL, data);
	if (child == NULL)
		return;
	child->part.origin = ORIGIN_STREAM;
	names_add(r, child, *class ? class : "object", "class");
}

/* Does an object have escaped bytes among its digits? */
static bool
escapes(struct span s)
{
	s.len = span_find(s, '}');
	return memmem(s.at, s.len, "\\'", 2) != NULL;
}

void
package_read_rtf(struct reading *r, struct node *n, struct span bytes)
{
	static const char word[] = "\\objdata";
	const unsigned char *hit;

	for (int i = 0; bytes.len > 0; i++) {
		hit = memmem(bytes.at, bytes.len, word, sizeof word - 1);
		if (hit == NULL)
			return;
		if (i == OBJECTS) {
			reading_mark(r, n, MARK_LIMIT, n->whole.at,
			    "objects: %d", OBJECTS);
			return;
		}
		bytes = span_from(bytes,
		    (size_t)(hit - bytes.at) + sizeof word - 1);
		add_object(r, n, take_hex(r, n, bytes, false));
		if (escapes(bytes))
			add_object(r, n, take_hex(r, n, bytes, true));
	}
}
