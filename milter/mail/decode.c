/* SPDX-License-Identifier: ISC */
#include <string.h>
#include <gmime/gmime.h>

#include "milter/base/count.h"
#include "milter/mail/base64.h"
#include "milter/mail/decode.h"
#include "milter/mail/param.h"
#include "milter/base/banned.h"

enum encoding { IDENTITY, BASE64, QUOTED, UU, UNKNOWN };

static const struct {
	const char *name;
	enum encoding encoding;
	bool standard;
} encodings[] = {
	{ "7bit", IDENTITY, true },
	{ "8bit", IDENTITY, true },
	{ "binary", IDENTITY, true },
	{ "base64", BASE64, true },
	{ "quoted-printable", QUOTED, true },
	{ "x-uuencode", UU, false },
	{ "x-uue", UU, false },
	{ "uuencode", UU, false },
	{ "uue", UU, false },
};

size_t
decode_q(struct span in, unsigned char *out)
{
	size_t len = 0;

	for (size_t i = 0; i < in.len; i++) {
		unsigned char c = in.at[i];

		if (c == '_') {
			c = ' ';
		} else if (c == '=' && i + 2 < in.len &&
			   span_hex(in.at[i + 1]) >= 0 &&
			   span_hex(in.at[i + 2]) >= 0) {
			c = (unsigned char)(span_hex(in.at[i + 1]) << 4 |
					    span_hex(in.at[i + 2]));
			i += 2;
		}
		out[len++] = c;
	}
	return len;
}

/* GMime's decoders never write more than they read. */
static size_t
by_gmime(GMimeContentEncoding how, struct span in, unsigned char *out)
{
	GMimeEncoding state;

	g_mime_encoding_init_decode(&state, how);
	return g_mime_encoding_step(&state, (const char *)in.at, in.len,
	    (char *)out);
}

/* What follows an "=" in quoted-printable: two hex digits or a line end, with
 * blanks that transport added (RFC 2045 6.7 rules 1, 3 and 5). */
static const char *
bad_escape(struct span s)
{
	size_t i = 0;

	if (s.len >= 2 && span_hex(s.at[0]) >= 0 && span_hex(s.at[1]) >= 0)
		return NULL;
	while (i < s.len && (s.at[i] == ' ' || s.at[i] == '\t'))
		i++;
	if (i > 0)
		return "blanks after =";
	if (s.len > 0 && s.at[0] == '\n')
		return NULL;
	if (s.len > 1 && s.at[0] == '\r' && s.at[1] == '\n')
		return NULL;
	return s.len == 0 ? NULL : "= without two hex digits";
}

static void
check_quoted(struct span in, struct decode_odd *odd)
{
	while (odd->what == NULL) {
		in = span_from(in, span_find(in, '='));
		if (in.len == 0)
			return;
		odd->at = in.at;
		in = span_from(in, 1);
		odd->what = bad_escape(in);
	}
}

/* A line "begin 644 name", which is no data. */
static struct span
skip_begin(struct span in)
{
	struct span rest = in, line;

	while (span_line(&rest, &line))
		if (span_starts(line, "begin "))
			return rest;
	return in;
}

static enum encoding
lookup(struct span name, bool *standard)
{
	for (size_t i = 0; i < COUNT(encodings); i++) {
		if (!span_is(name, encodings[i].name))
			continue;
		*standard = encodings[i].standard;
		return encodings[i].encoding;
	}
	*standard = false;
	return UNKNOWN;
}

/* The encoding of a value that is more than its name: what lenient readers
 * take, which is its first word without comments and quotes. */
static enum encoding
lenient(struct reading *r, struct span value, bool *standard)
{
	struct span bare = param_bare(r->message->arena, value);
	size_t end = 0;

	if (bare.len > 0 && bare.at[0] == '"')
		bare = span_from(bare, 1);
	while (end < bare.len && strchr(" \t\r\n,;\"", bare.at[end]) == NULL)
		end++;
	bare.len = end;
	return lookup(bare, standard);
}

static enum encoding
encoding_of(struct reading *r, const struct node *n, struct span *seen,
    bool *odd)
{
	const struct header *h =
	    message_header(&n->part, "Content-Transfer-Encoding");
	enum encoding e;
	bool standard;

	*odd = false;
	if (h == NULL)
		return IDENTITY;
	*seen = span_trim(span_string(h->raw));
	e = lookup(*seen, &standard);
	if (e == UNKNOWN) {
		e = lenient(r, *seen, &standard);
		*odd = e != UNKNOWN;
	}
	return e;
}

bool
decode_needed(const struct node *n)
{
	const struct header *h =
	    message_header(&n->part, "Content-Transfer-Encoding");
	bool standard;
	enum encoding e;

	if (h == NULL)
		return false;
	e = lookup(span_trim(span_string(h->raw)), &standard);
	return e == BASE64 || e == QUOTED || e == UU;
}

static size_t
decode(enum encoding e, struct span in, unsigned char *out,
    struct decode_odd *odd)
{
	if (e == BASE64)
		return decode_base64(in, out, odd);
	if (e == UU)
		return by_gmime(GMIME_CONTENT_ENCODING_UUENCODE, skip_begin(in),
		    out);
	check_quoted(in, odd);
	return by_gmime(GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE, in, out);
}

size_t
decode_base64(struct span in, unsigned char *out, struct decode_odd *odd)
{
	struct base64 state = { .at = NULL };
	size_t len = base64_decode(&state, in, out);

	if (odd)
		*odd = (struct decode_odd){ state.odd, state.at, state.ragged };
	return len;
}

size_t
decode_bytes(const char *encoding, struct span in, unsigned char *out,
    struct decode_odd *odd)
{
	struct decode_odd quiet = { .what = NULL };
	bool standard;
	enum encoding e = lookup(span_string(encoding), &standard);

	if (e != IDENTITY && e != UNKNOWN)
		return decode(e, in, out, odd ? odd : &quiet);
	if (in.len > 0)
		memcpy(out, in.at, in.len);
	return in.len;
}

/* How many bytes of s, which has a "=" first, are no escape and not the line
 * end that they hide. */
static size_t
no_escape(struct span s)
{
	size_t i = 1;

	while (i < s.len && (s.at[i] == ' ' || s.at[i] == '\t'))
		i++;
	return i;
}

size_t
decode_strip(struct span in, unsigned char *out)
{
	size_t len = 0;

	while (in.len > 0) {
		size_t skip = 0;

		if (in.at[0] == '=' && bad_escape(span_from(in, 1)))
			skip = no_escape(in);
		else if (in.at[0] == '\r' && (in.len == 1 || in.at[1] != '\n'))
			skip = 1;
		if (skip == 0)
			out[len++] = in.at[0];
		else if (skip > 1 && skip < in.len &&
			 strchr("\r\n", in.at[skip]))
			out[len++] = '=';
		in = span_from(in, skip ? skip : 1);
	}
	return len;
}

static void
mark_encoding(struct reading *r, struct node *n, enum encoding e,
    struct span seen, bool odd)
{
	if (odd)
		reading_mark(r, n, MARK_BAD_ENCODING, n->whole.at, "%s",
		    reading_seen(r, seen));
	if (e == UNKNOWN || e == UU)
		reading_mark(r, n, MARK_UNKNOWN_ENCODING, n->whole.at, "%s",
		    reading_seen(r, seen));
}

struct span
decode_body(struct reading *r, struct node *n)
{
	struct span seen = { NULL, 0 }, body = n->body;
	struct decode_odd odd = { .what = NULL };
	unsigned char *out;
	bool bad;
	enum encoding e = encoding_of(r, n, &seen, &bad);

	mark_encoding(r, n, e, seen, bad);
	body.len = reading_take(r, n, body.len);
	if (e == IDENTITY || e == UNKNOWN)
		return body;
	out = arena_get(r->message->arena, body.len + 1);
	body.len = decode(e, body, out, &odd);
	body.at = out;
	if (odd.ragged)
		reading_mark(r, n, MARK_BAD_BASE64, NULL,
		    "lines that are not of whole groups");
	if (odd.what)
		reading_mark(r, n,
		    e == BASE64 ? MARK_BAD_BASE64 : MARK_BAD_QUOTED_PRINTABLE,
		    odd.at, "%s", odd.what);
	return body;
}
