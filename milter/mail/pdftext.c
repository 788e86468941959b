/* SPDX-License-Identifier: ISC */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>

#include "milter/mail/pdftext.h"
#include "milter/base/banned.h"

enum {
	NESTED = 500, /* deeper, readers give up */
	REFERENCE = 3, /* words: "12 0 R" */
	BYTES_MOST = 512, /* of a string that is no text */
	SOURCE_MOST = 4096 /* as it is written */
};

/* Which brackets are open: one that closes another is none, to readers too. */
struct nesting {
	size_t depth;
	char open[NESTED];
};

bool
pdftext_space(int c)
{
	return c == ' ' || c == 0 || (c >= 9 && c <= 13 && c != '\v');
}

static bool
is_delimiter(int c)
{
	return c != 0 && strchr("()<>[]{}/%", c) != NULL;
}

static void
put(struct buf *out, int c)
{
	char byte = (char)c;

	(void)buf_add(out, &byte, 1);
}

/* Inside a string: what would end it or the line is no longer told apart, and
 * a blank is not that behind a token. NUL goes. */
static void
put_text(struct buf *out, int c)
{
	if (c == ' ')
		c = PDFTEXT_BLANK;
	else if (c == '(' || c == ')' || (c < ' ' && c != 0))
		c = '_';
	if (c != 0)
		put(out, c);
}

/* A name, at its slash. */
static void
name(struct span *s, struct buf *out)
{
	put(out, '/');
	*s = span_from(*s, 1);
	while (
	    s->len > 0 && !pdftext_space(s->at[0]) && !is_delimiter(s->at[0])) {
		int c = s->at[0];
		size_t used = 1;

		if (c == '#' && s->len > 2 && span_hex(s->at[1]) >= 0 &&
		    span_hex(s->at[2]) >= 0) {
			c = span_hex(s->at[1]) << 4 | span_hex(s->at[2]);
			used = 3;
		}
		put(out, c <= ' ' ? '_' : c);
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
		put(out, c & 0xff);
		return used;
	}
	letter = s.at[0] == 0 ? NULL : strchr(letters, s.at[0]);
	if (letter != NULL)
		put(out, bytes[letter - letters]);
	else if (s.at[0] == '\r' && s.len > 1 && s.at[1] == '\n')
		return 2; /* the line goes on in the next */
	else if (s.at[0] != '\n' && s.at[0] != '\r')
		put(out, s.at[0]);
	return 1;
}

/* The bytes of a string, at its parenthesis. */
static void
literal_string(struct span *s, struct buf *out)
{
	int depth = 0;

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
			put(out, c);
	}
}

/* The bytes of a string in hex, at its bracket; a last digit stands alone. */
static void
hex_string(struct span *s, struct buf *out)
{
	int value = 0, digits = 0;

	*s = span_from(*s, 1);
	while (s->len > 0 && s->at[0] != '>') {
		int digit = span_hex(s->at[0]);

		if (digit >= 0) {
			value = (value << 4 | digit) & 0xff;
			if (++digits % 2 == 0)
				put(out, value);
		}
		*s = span_from(*s, 1);
	}
	if (digits % 2 == 1)
		put(out, value << 4 & 0xff);
	*s = span_from(*s, 1);
}

/* Any string, of its bytes. */
static void
string(struct span *s, struct buf *out)
{
	if (s->at[0] == '(')
		literal_string(s, out);
	else
		hex_string(s, out);
}

static UChar32
unit16(const unsigned char *at, bool little)
{
	return at[little] << 8 | at[!little];
}

static void
put_utf16(struct buf *out, struct span s, bool little)
{
	for (size_t i = 0; i + 1 < s.len; i += 2) {
		UChar32 c = unit16(s.at + i, little);
		UChar32 low = i + 3 < s.len ? unit16(s.at + i + 2, little) : 0;
		uint8_t utf8[U8_MAX_LENGTH];
		int32_t len = 0;

		if (U16_IS_LEAD(c) && U16_IS_TRAIL(low)) {
			c = U16_GET_SUPPLEMENTARY(c, low);
			i += 2;
		}
		U8_APPEND_UNSAFE(utf8, len, U_IS_SURROGATE(c) ? 0xfffd : c);
		for (int32_t k = 0; k < len; k++)
			put_text(out, utf8[k]);
	}
}

/* A text string in UTF-8 by its mark (7.9.2.2), which goes; other bytes stay
 * as they are. */
static void
put_string(struct buf *out, struct span s)
{
	if (span_begins(s, span_string("\xfe\xff")) ||
	    span_begins(s, span_string("\xff\xfe"))) {
		put_utf16(out, span_from(s, 2), s.at[0] == 0xff);
		return;
	}
	if (span_begins(s, span_string("\xef\xbb\xbf")))
		s = span_from(s, 3);
	for (size_t i = 0; i < s.len; i++)
		put_text(out, s.at[i]);
}

static void
text_string(struct pdftext *t)
{
	struct buf bytes;

	buf_init(&bytes, t->out->limit);
	string(&t->in, &bytes);
	if (t->open != NULL)
		t->open(t->owner, &bytes);
	put(t->out, '(');
	put_string(t->out,
	    (struct span){ (const unsigned char *)buf_text(&bytes),
		bytes.len });
	put(t->out, ')');
	buf_free(&bytes);
}

/* A number or a word of letters. */
static struct span
word(struct span *s)
{
	struct span w = *s;

	w.len = 0;
	while (w.len < s->len && !pdftext_space(s->at[w.len]) &&
	       !is_delimiter(s->at[w.len]))
		w.len++;
	if (w.len == 0)
		w.len = 1; /* a delimiter that stands alone */
	*s = span_from(*s, w.len);
	return w;
}

/* Blanks and comments. */
static bool
skip_blank(struct span *s)
{
	size_t len = 0;

	if (s->at[0] == '%')
		while (len < s->len && s->at[len] != '\n' && s->at[len] != '\r')
			len++;
	else if (pdftext_space(s->at[0]))
		len = 1;
	*s = span_from(*s, len);
	return len > 0;
}

static void
nest(struct nesting *n, char c)
{
	bool opens = c == '<' || c == '[';

	if (opens && n->depth < NESTED)
		n->open[n->depth++] = c == '<' ? '>' : ']';
	else if (!opens && n->depth > 0 && n->open[n->depth - 1] == c)
		n->depth--;
}

/* A bracket of dictionaries or arrays: how many bytes, 0 for none. */
static size_t
bracket(struct span s)
{
	if (s.at[0] == '[' || s.at[0] == ']')
		return 1;
	return s.len > 1 && (s.at[0] == '<' || s.at[0] == '>') &&
		       s.at[1] == s.at[0]
		   ? 2
		   : 0;
}

/* Notes the stream behind the word w, which it may touch. */
static bool
ends_object(struct pdftext *t, struct span w, bool outside)
{
	if (span_begins(w, span_string("stream"))) {
		size_t behind = w.len - 6;

		/* Some dictionary may never have been closed. */
		if (t->stream.at == NULL && (outside || behind == 0))
			t->stream =
			    (struct span){ w.at + 6, t->in.len + behind };
		return outside;
	}
	return outside && (span_begins(w, span_string("endobj")) ||
			      (w.len == 3 && memcmp(w.at, "obj", 3) == 0));
}

/* A number's plus sign is none that a reference is written with here. */
static void
put_word(struct buf *out, struct span w)
{
	if (w.len > 1 && w.at[0] == '+')
		w = span_from(w, 1);
	for (size_t i = 0; i < w.len; i++)
		put(out, w.at[i] < ' ' ? '_' : w.at[i]);
}

void
pdftext_flatten(struct pdftext *t)
{
	struct nesting n = { 0 };
	int words = 0;

	t->stream = (struct span){ NULL, 0 };
	while (t->in.len > 0) {
		size_t len;

		if (skip_blank(&t->in))
			continue;
		words = t->one && n.depth == 0 ? words + 1 : 0;
		if ((len = bracket(t->in)) > 0) {
			nest(&n, (char)t->in.at[0]);
			(void)buf_add(t->out, t->in.at, len);
			t->in = span_from(t->in, len);
			words = REFERENCE;
		} else if (t->in.at[0] == '/') {
			name(&t->in, t->out);
			words = REFERENCE;
		} else if (t->in.at[0] == '(' || t->in.at[0] == '<') {
			text_string(t);
			words = REFERENCE;
		} else {
			struct span w = word(&t->in);

			if (ends_object(t, w, n.depth == 0))
				return;
			put_word(t->out, w);
		}
		put(t->out, ' ');
		if (t->one && n.depth == 0 && words >= REFERENCE)
			return;
	}
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

const char *
pdftext_after_token(const char *at)
{
	const char *end = strchr(at, ' ');

	return end == NULL ? at + strlen(at) : end + 1;
}

bool
pdftext_is_reference(const char *at)
{
	for (int i = 0; i < 2; i++) {
		const char *digits = at;

		while (isdigit((unsigned char)*at))
			at++;
		if (at == digits || *at != ' ')
			return false;
		at++;
	}
	return at[0] == 'R' && at[1] == ' ';
}

const char *
pdftext_after_value(const char *at)
{
	struct nesting n = { 0 };

	if (pdftext_is_reference(at)) {
		at = pdftext_after_token(at);
		at = pdftext_after_token(at);
		return pdftext_after_token(at);
	}
	do {
		size_t len = strcspn(at, " ");

		if (len <= 2 && bracket((struct span){
				    (const unsigned char *)at, len }) == len)
			nest(&n, *at);
		at = pdftext_after_token(at);
	} while (*at != '\0' && n.depth > 0);
	return at;
}

const char *
pdftext_entry(const char *line, const char *key, int nth)
{
	size_t len = strlen(key);
	const char *at = pdftext_value(line, "<<");

	while (at != NULL && *at != '\0' && strncmp(at, ">> ", 3) != 0) {
		bool is = strncmp(at, key, len) == 0 && at[len] == ' ';
		bool is_key = *at == '/';

		at = pdftext_after_token(at);
		if (is && nth-- == 0)
			return at;
		if (is_key)
			at = pdftext_after_value(at);
	}
	return NULL;
}

struct span
pdftext_string(struct arena *a, struct span s)
{
	struct span found = { NULL, 0 };
	struct buf bytes;

	while (s.len > 0 && pdftext_space(s.at[0]))
		s = span_from(s, 1);
	if (s.len == 0 || (s.at[0] != '(' && s.at[0] != '<'))
		return found;
	if (s.len > SOURCE_MOST)
		s.len = SOURCE_MOST;
	buf_init(&bytes, BYTES_MOST);
	string(&s, &bytes);
	found.len = bytes.len;
	found.at = (unsigned char *)arena_copy(a, buf_text(&bytes), bytes.len);
	buf_free(&bytes);
	return found;
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
