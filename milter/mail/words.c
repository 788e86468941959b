/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/base/buf.h"
#include "milter/mail/charset.h"
#include "milter/mail/decode.h"
#include "milter/mail/words.h"
#include "milter/base/banned.h"

enum { CHARSET_LABEL = 64 };

struct word {
	struct span charset, text;
	bool base64;
	size_t len; /* of the whole word */
};

struct words {
	struct arena *arena;
	struct buf out; /* UTF-8 */
	struct buf bytes; /* of words not yet converted */
	struct span charset; /* of those words */
	unsigned *trouble;
};

/* Up to c within limit bytes; false if c is not there. */
static bool
take(struct span *s, int c, size_t limit, struct span *token)
{
	struct span near = { s->at, s->len < limit ? s->len : limit };
	size_t end = span_find(near, c);

	if (end == near.len)
		return false;
	*token = (struct span){ s->at, end };
	*s = span_from(*s, end + 1);
	return true;
}

/*
 * Is there an encoded-word at the "=?" that s begins with? The text ends at
 * the next "?", so a long run of "=?" costs each byte once.
 */
static bool
word_at(struct span s, struct word *w)
{
	struct span rest = span_from(s, 2), method;
	size_t star;

	if (!take(&rest, '?', CHARSET_LABEL, &w->charset) ||
	    w->charset.len == 0 || span_find(w->charset, ' ') != w->charset.len)
		return false;
	if (!take(&rest, '?', 2, &method) || method.len != 1)
		return false;
	w->base64 = span_is(method, "b");
	if (!w->base64 && !span_is(method, "q"))
		return false;
	if (!take(&rest, '?', rest.len, &w->text) || rest.len == 0 ||
	    rest.at[0] != '=')
		return false;
	star = span_find(w->charset, '*'); /* RFC 2231 5: charset*language */
	w->charset.len = star;
	w->len = (size_t)(rest.at + 1 - s.at);
	return true;
}

static void
flush(struct words *w)
{
	struct span bytes = { w->bytes.data, w->bytes.len };

	if (bytes.len == 0)
		return;
	(void)buf_string(&w->out,
	    charset_decode(w->arena, span_copy(w->arena, w->charset), bytes,
		w->trouble));
	buf_clear(&w->bytes);
}

static void
add_word(struct words *w, const struct word *word)
{
	unsigned char *plain = arena_get(w->arena, word->text.len + 1);
	size_t len;

	if (!span_is(word->charset, span_copy(w->arena, w->charset))) {
		flush(w);
		w->charset = word->charset;
	}
	if (word->base64)
		len = decode_base64(word->text, plain, NULL);
	else
		len = decode_q(word->text, plain);
	(void)buf_add(&w->bytes, plain, len);
}

static void
add_raw(struct words *w, struct span raw)
{
	flush(w);
	if (raw.len > 0)
		(void)buf_string(&w->out,
		    charset_decode(w->arena, "", raw, w->trouble));
}

/* Where the next encoded-word begins, or s.len. */
static size_t
next_word(struct span s, struct word *word)
{
	for (size_t i = 0; i + 1 < s.len; i++) {
		i += span_find(span_from(s, i), '=');
		if (i + 1 >= s.len)
			break;
		if (s.at[i + 1] == '?' && word_at(span_from(s, i), word))
			return i;
	}
	return s.len;
}

/* The value without its line ends, which are no text (RFC 5322 2.2.3). */
static struct span
unfold(struct arena *a, struct span value)
{
	unsigned char *flat;
	size_t len = 0;

	if (span_find(value, '\n') == value.len)
		return value;
	flat = arena_get(a, value.len);
	for (size_t i = 0; i < value.len; i++)
		if (value.at[i] != '\r' && value.at[i] != '\n')
			flat[len++] = value.at[i];
	return (struct span){ flat, len };
}

char *
words_decode(struct arena *a, struct span value, unsigned *trouble)
{
	struct words w = { .arena = a, .trouble = trouble };
	struct span rest = unfold(a, value);
	struct word word;
	bool after = false;
	char *text;

	if (next_word(rest, &word) == rest.len)
		return charset_decode(a, "", rest, trouble);
	buf_init(&w.out, 4 * rest.len + 64);
	buf_init(&w.bytes, rest.len + 1);
	while (rest.len > 0) {
		size_t gap = next_word(rest, &word);
		struct span raw = { rest.at, gap };

		if (!after || gap == rest.len || span_trim(raw).len > 0)
			add_raw(&w, raw);
		rest = span_from(rest, gap);
		after = rest.len > 0;
		if (after)
			add_word(&w, &word);
		rest = span_from(rest, after ? word.len : 0);
	}
	flush(&w);
	text = arena_string(a, buf_text(&w.out));
	buf_free(&w.out);
	buf_free(&w.bytes);
	return text;
}
