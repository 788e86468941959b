/* SPDX-License-Identifier: ISC */
#include <string.h>
#include <strings.h>

#include "milter/base/buf.h"
#include "milter/base/count.h"
#include "milter/base/seen.h"
#include "milter/mail/base64.h"
#include "milter/mail/decode.h"
#include "milter/mail/names.h"
#include "milter/mail/view.h"
#include "milter/mail/walk.h"
#include "milter/base/banned.h"

#define T(id) TRAIT_BIT(id)

/*
 * Kinds of readers. No two versions of a program read alike, so each stands
 * for a family and is named after a program that reads somewhat like it;
 * together they have every trait at least twice and in different company.
 */
static const uint32_t readers[] = {
	/* the standards */
	0,
	/* a mail client that takes what it can get (Outlook) */
	T(LAST_FIELD) | T(LAST_PARAMETER) | T(NO_2231) | T(WORDS) |
	    T(BLANK_ENDS) | T(FIRST_WORD) | T(TRIMS) | T(BARE_CR) |
	    T(TYPE_NAME) | T(OUTER_FIRST) | T(STOPS),
	/* one with a grammar of its own (Thunderbird) */
	T(LAST_FIELD) | T(FIRST_WORD) | T(KEEPS_ESCAPES) | T(LIKE_ENCODING) |
	    T(SKIPS_LINE) | T(BLANK_COLON) | T(HEADER_BLIND) | T(PREFIX) |
	    T(DROPS) | T(BARE_LF) | T(INNER_ONLY),
	/* one that reads on where others stop (Apple Mail) */
	T(FIRST_WORD) | T(LAST_PARAMETER) | T(GOES_ON) | T(BARE_CR) |
	    T(WHOLE_VALUE) | T(AS_WRITTEN) | T(SKIPS_LINE) | T(DECODES_OUTER) |
	    T(STOPS),
	/* a library in C (GMime) */
	T(BLANK_COLON) | T(TRIMS) | T(WORDS) | T(SKIPS_LINE) |
	    T(KEEPS_COMMENTS) | T(FIRST_WORD) | T(HEADER_BLIND) |
	    T(SINGLE_QUOTES) | T(DROPS),
	/* a library in a language with regular expressions (Python) */
	T(SKIPS_LINE) | T(BARE_CR) | T(AS_WRITTEN) | T(BLANK_ENDS) |
	    T(KEEPS_ESCAPES) | T(WHOLE_VALUE) | T(KEEPS_COMMENTS) |
	    T(INNER_ONLY) | T(DROPS),
	/* one for the web (JavaScript) */
	T(LIKE_ENCODING) | T(ANYWHERE) | T(GUESSES) | T(GUESSES_BARE) |
	    T(SINGLE_QUOTES) | T(TYPE_NAME) | T(DECODES_OUTER) |
	    T(OUTER_FIRST) | T(BARE_LF) | T(NO_2231) | T(LAST_FIELD) |
	    T(GOES_ON) | T(FIRST_WORD),
	/* a scanner that looks for patterns (ClamAV) */
	T(PREFIX) | T(TRIMS) | T(GOES_ON) | T(GUESSES) | T(GUESSES_BARE) |
	    T(ANYWHERE) | T(LIKE_ENCODING) | T(FIRST_WORD) | T(BLANK_COLON) |
	    T(STOPS),
};

enum { SHOWN = 3, REASONS = 2, EVIDENCE = 400 };

struct views {
	struct reading *r;
	struct walk runs[COUNT(readers)];
	size_t count; /* of runs */
	bool cr, lf; /* see struct walk */
	bool odd; /* a body was badly encoded */
	bool limited; /* a limit was told already */
	struct seen *seen; /* what the tree has */
	unsigned char *room; /* as long as the message */
};

/* What the marks of the tree say. */
static void
look_at_marks(struct views *v)
{
	for (struct part *p = v->r->message->root; p; p = p->next)
		for (const struct mark *m = p->marks; m; m = m->next) {
			v->cr |= m->kind == MARK_BARE_CR;
			v->lf |= m->kind == MARK_BARE_LF;
			v->limited |= m->kind == MARK_LIMIT;
			v->odd |= m->kind == MARK_BAD_BASE64 ||
				  m->kind == MARK_BAD_QUOTED_PRINTABLE;
		}
}

static bool
is_page(const char *type)
{
	return strcmp(type, "text/html") == 0;
}

/* The key of bytes as a page, which are looked at in another way. */
static void
page_key(const uint8_t sha256[HASH_BYTES], uint8_t key[HASH_BYTES])
{
	memcpy(key, sha256, HASH_BYTES);
	key[0] ^= 1;
}

static void
saw(struct views *v, const char *type, const uint8_t sha256[HASH_BYTES])
{
	uint8_t key[HASH_BYTES];

	seen_add(v->seen, sha256);
	if (!is_page(type))
		return;
	page_key(sha256, key);
	seen_add(v->seen, key);
}

/* Room for about as much as each reading shows; where it is not enough a part
 * may be there twice. */
static void
fill_seen(struct views *v)
{
	const struct message *m = v->r->message;
	size_t most = (size_t)v->r->parts;

	most += COUNT(readers) * ((size_t)v->runs[0].count + 8);
	most *= 2;
	v->seen = seen_new(m->arena, most);
	for (struct part *p = m->root; p; p = p->next)
		if (p->bytes)
			saw(v, p->type, p->sha256);
	v->room = arena_get(m->arena, m->size + 1);
}

static bool
is_text(const struct leaf *leaf)
{
	return strncmp(leaf->type, "text/", 5) == 0;
}

/* Decodes base64 line by line: what is left of a line is lost. */
static size_t
by_lines(struct span in, unsigned char *out)
{
	struct span line;
	size_t len = 0;

	while (span_line(&in, &line)) {
		line = span_trim(line);
		line.len -= line.len % 4;
		len += decode_base64(line, out + len, NULL);
	}
	return len;
}

/* Base64 that is odd, as the reader of w takes it. */
static size_t
odd_base64(struct walk *w, struct span in, const struct decode_odd *odd,
    unsigned char *out, size_t len)
{
	bool end = odd->at == in.at + in.len;

	if ((end && !odd->ragged) || !walk_asks(w, TRAIT_STOPS))
		return len;
	if (odd->ragged)
		return by_lines(in, out);
	in.len = (size_t)(odd->at - in.at);
	return decode_base64(in, out, NULL);
}

/* Quoted-printable that is odd. In text it is a blemish; in a file it is other
 * bytes. */
static size_t
odd_quoted(struct walk *w, const struct leaf *leaf, unsigned char *out,
    size_t len)
{
	struct span in;

	if (is_text(leaf) || !walk_asks(w, TRAIT_DROPS))
		return len;
	in.len = decode_strip(leaf->body, out);
	in.at = (const unsigned char *)arena_copy(w->arena, (const char *)out,
	    in.len);
	return decode_bytes(leaf->encoding, in, out, NULL);
}

/* Decodes the leaf as the reader of w would, into v->room. */
static struct span
decode(struct views *v, struct walk *w, struct leaf *leaf)
{
	struct decode_odd odd = { .what = NULL };
	struct span in = leaf->body, out = { v->room, 0 };
	bool quoted = strcmp(leaf->encoding, "quoted-printable") == 0;

	out.len = decode_bytes(leaf->encoding, in, v->room, &odd);
	if (quoted && (odd.what || v->cr))
		out.len = odd_quoted(w, leaf, v->room, out.len);
	leaf->ragged = odd.ragged;
	leaf->odd = odd.what && strcmp(leaf->encoding, "base64") == 0;
	if (leaf->odd)
		out.len = odd_base64(w, in, &odd, v->room, out.len);
	return out;
}

/* Does the tree have to hold it too? Containers it opened itself. */
static bool
is_new(struct views *v, const struct leaf *leaf, struct span bytes,
    const uint8_t sha256[HASH_BYTES])
{
	uint8_t key[HASH_BYTES];

	if (span_trim(bytes).len == 0 ||
	    strncmp(leaf->type, "multipart", 9) == 0 ||
	    strncmp(leaf->type, "message/", 8) == 0)
		return false;
	if (!is_page(leaf->type))
		return !seen_has(v->seen, sha256);
	page_key(sha256, key);
	return !seen_has(v->seen, key);
}

static void
add_part(struct views *v, const struct leaf *leaf, struct span bytes)
{
	struct reading *r = v->r;
	struct node *root = reading_node(r->message->root), *child;

	bytes.len = reading_take(r, root, bytes.len);
	bytes.at = (const unsigned char *)arena_copy(r->message->arena,
	    (const char *)bytes.at, bytes.len);
	child = reading_part(r, root, ORIGIN_VIEW, bytes);
	if (child == NULL)
		return;
	child->headless = true;
	child->standard = leaf->type;
	names_add(r, child, leaf->name, "another reading");
}

/* Lines of any length are legal (RFC 2045 6.8), so that readers which decode
 * line by line are wrong; what they would see is inspected all the same. */
static void
add_lines(struct views *v, const struct leaf *leaf)
{
	static const struct leaf unnamed = { .type = "application/octet-stream",
		.encoding = "",
		.name = "" };
	unsigned char *out =
	    arena_get(v->r->message->arena, leaf->body.len + 1);
	struct span bytes = { out, by_lines(leaf->body, out) };
	uint8_t sha256[HASH_BYTES];

	hash_bytes(out, bytes.len, sha256);
	if (!is_new(v, &unnamed, bytes, sha256))
		return;
	seen_add(v->seen, sha256);
	add_part(v, &unnamed, bytes);
}

/* Text differs when it differs to the eye. */
static size_t
squeeze(unsigned char *s, size_t len)
{
	size_t left = 0;

	for (size_t i = 0; i < len; i++)
		if (s[i] > ' ')
			s[left++] = s[i];
	return left;
}

/*
 * Where words begin and end harms nobody: those of all readings are inspected,
 * and old or simple programs break their own mails there. Bytes that no text
 * has make it more than words.
 */
static bool
is_words(const struct leaf *leaf, struct span bytes)
{
	if (*leaf->name || leaf->odd ||
	    (strcmp(leaf->type, "text/plain") != 0 &&
		strncmp(leaf->type, "message/", 8) != 0))
		return false;
	for (size_t i = 0; i < bytes.len; i++)
		if (bytes.at[i] < ' ' && !strchr("\t\r\n\f\b\033", bytes.at[i]))
			return false;
	return span_find(bytes, 0) == bytes.len;
}

static void
open_leaf(struct views *v, struct walk *w, struct leaf *leaf)
{
	struct span bytes = decode(v, w, leaf);
	uint8_t sha256[HASH_BYTES];

	leaf->size = bytes.len;
	leaf->words = is_words(leaf, bytes);
	hash_bytes(bytes.at, bytes.len, leaf->hash);
	memcpy(sha256, leaf->hash, HASH_BYTES);
	if (is_new(v, leaf, bytes, sha256)) {
		saw(v, leaf->type, sha256);
		add_part(v, leaf, bytes);
	}
	if (leaf->ragged)
		add_lines(v, leaf);
	if (is_text(leaf))
		hash_bytes(v->room, squeeze(v->room, bytes.len), leaf->hash);
}

/*
 * Honest mail in which a trait matters: SpamAssassin writes lines of blanks
 * into a folded field, and who ends the header there shows one text, which is
 * what others have as header and body; and a bounce that is no MIME quotes one
 * that is. What such a reader sees is inspected and is no other reading.
 */
static bool
is_excused(const struct walk *w)
{
	uint32_t mattered = w->traits & w->asked;
	const struct leaf *l = w->leaves;

	if (mattered == T(GUESSES_BARE))
		return true;
	return mattered == T(BLANK_ENDS) && l && !l->next && is_text(l) &&
	       *l->name == 0;
}

/* The text that a header's end in a report makes is the message's own. */
static bool
is_report(const struct walk *w)
{
	return (w->traits & w->asked) == T(BLANK_ENDS) && is_excused(w) &&
	       strcmp(w->leaves->type, "text/plain") == 0 &&
	       *w->leaves->encoding == 0;
}

static void
run(struct views *v, uint32_t traits)
{
	struct walk *w = &v->runs[v->count++];
	const struct message *m = v->r->message;

	*w = (struct walk){ .arena = m->arena,
		.limits = v->r->limits,
		.traits = traits,
		.cr = v->cr,
		.lf = v->lf };
	walk_message(w, (struct span){ m->bytes, m->size });
	if (w->full && !v->limited)
		reading_mark(v->r, reading_node(m->root), MARK_LIMIT, NULL,
		    "parts or depth of a reading: %d or %d",
		    v->r->limits->parts, v->r->limits->depth);
	v->limited |= w->full;
	if ((w->asked == 0 && !v->odd && !v->cr) || is_report(w))
		return;
	if (v->seen == NULL)
		fill_seen(v);
	for (struct leaf *leaf = w->leaves; leaf; leaf = leaf->next)
		open_leaf(v, w, leaf);
}

/* A reader that agrees with another on all that was asked of it. */
static bool
known(const struct views *v, uint32_t traits)
{
	for (size_t i = 0; i < v->count; i++)
		if (((traits ^ v->runs[i].traits) & v->runs[i].asked) == 0)
			return true;
	return false;
}

static const char *
ending(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot ? dot : "";
}

static bool
same_leaf(const struct leaf *a, const struct leaf *b)
{
	const char *x = ending(a->name), *y = ending(b->name);

	/* A name that was cut for old readers has no ending. */
	return memcmp(a->hash, b->hash, HASH_BYTES) == 0 &&
	       strcmp(a->type, b->type) == 0 &&
	       (*x == 0 || *y == 0 || strcasecmp(x, y) == 0);
}

/* The first leaf from leaf on that is more than words. */
static const struct leaf *
more_than_words(const struct leaf *leaf)
{
	while (leaf && leaf->words)
		leaf = leaf->next;
	return leaf;
}

static bool
same(const struct walk *a, const struct walk *b)
{
	const struct leaf *x = more_than_words(a->leaves);
	const struct leaf *y = more_than_words(b->leaves);

	while (x && y && same_leaf(x, y)) {
		x = more_than_words(x->next);
		y = more_than_words(y->next);
	}
	return x == y;
}

/* What a reader shows, for people. */
static void
print_leaves(struct buf *out, const struct walk *w)
{
	int n = 0;

	for (const struct leaf *l = w->leaves; l; l = l->next) {
		if (n++ == SHOWN) {
			(void)buf_printf(out, ", ... %d in all", w->count);
			return;
		}
		(void)buf_printf(out, "%s%.40s%s%.40s (%zu)", n > 1 ? ", " : "",
		    l->type, *l->name ? " " : "", l->name, l->size);
	}
	if (n == 0)
		(void)buf_string(out, "nothing");
}

static void
print_reasons(struct buf *out, const struct walk *w)
{
	uint32_t bits = w->traits & w->asked;
	int n = 0;

	for (int t = 0; t < TRAIT_COUNT && n < REASONS; t++)
		if (bits >> t & 1)
			(void)buf_printf(out, "%s%s",
			    n++ ? " and " : "a reader that ",
			    trait_text((enum trait)t));
}

static void
tell(struct views *v, const struct walk *w)
{
	struct buf text;

	buf_init(&text, EVIDENCE);
	print_reasons(&text, w);
	(void)buf_string(&text, " sees ");
	print_leaves(&text, w);
	(void)buf_string(&text, "; the standards: ");
	print_leaves(&text, &v->runs[0]);
	reading_mark(v->r, reading_node(v->r->message->root), MARK_READINGS,
	    NULL, "%s", buf_text(&text));
	buf_free(&text);
}

void
view_all(struct reading *r)
{
	struct views v = { .r = r };

	if (r->message->size == 0)
		return;
	look_at_marks(&v);
	run(&v, readers[0]);
	for (size_t i = 1; i < COUNT(readers); i++)
		if (!known(&v, readers[i]))
			run(&v, readers[i]);
	for (size_t i = 1; i < v.count; i++)
		if (!is_excused(&v.runs[i]) && !same(&v.runs[0], &v.runs[i]))
			tell(&v, &v.runs[i]);
}
