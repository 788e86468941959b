/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/base/count.h"
#include "milter/mail/encoded.h"
#include "milter/mail/inner.h"
#include "milter/mail/link.h"
#include "milter/mail/smuggle.h"
#include "milter/mail/unpack.h"
#include "milter/base/banned.h"

enum {
	LAYERS = 3, /* of encoding, and of pages in pages */
	FILES = 64, /* out of one part */
	BEGIN_AT = 64, /* a page shows that it is none in so much */
	TEXT_AT = 4096, /* and a text that was decoded */
	WORDS_AT = 65536, /* and what it is in so much */
	URL_MOST = 2048
};

/* Files that are no part of a page, unlike its pictures and fonts. */
static const struct {
	size_t at;
	const char *magic;
	size_t len;
	const char *kind;
} magics[] = {
#define MAGIC(at, magic, kind) \
	{ \
		at, magic, sizeof(magic) - 1, kind \
	}
	MAGIC(0, "PK\003\004", "a zip or office document"),
	MAGIC(0, "7z\274\257\047\034", "an archive"),
	MAGIC(0, "Rar!\032\007", "an archive"),
	MAGIC(0, "MSCF\0\0\0\0", "an archive"),
	MAGIC(0x8001, "CD001", "a disk image"),
	MAGIC(0, "%PDF-", "a PDF"),
	MAGIC(0, "\320\317\021\340\241\261\032\341", "an office document"),
	MAGIC(0, "ActiveMime", "an office document"),
	MAGIC(0, "L\0\0\0\001\024\002\0", "a shortcut"),
	MAGIC(0, "\177ELF", "a program"),
	MAGIC(0, "\037\213\010", "compressed data"),
	MAGIC(0, "BZh", "compressed data"),
	MAGIC(0, "\3757zXZ\0", "compressed data"),
	MAGIC(0, "{\\rtf", "an office document"),
	MAGIC(0, "ITSF", "a help file"),
	MAGIC(0, "vhdxfile", "a disk image"),
	MAGIC(0, "conectix", "a disk image"),
	MAGIC(0, "\344\122\134\173\214\330\247\115", "a notebook"),
#undef MAGIC
};

/* What a decoded text has in it that a browser or Windows would run. */
static const char *const running[] = { "<script", "javascript:", "<iframe",
	"<form", "<input", "<object", "<embed", "<meta http-equiv", "eval(",
	"document.write", "atob(", "activexobject", "createobject(", "wscript.",
	"powershell", "<!doctype html", "<html", "createobjecturl",
	"window.location" };

const char *
smuggle_kind(struct span s)
{
	for (size_t i = 0; i < COUNT(magics); i++)
		if (s.len > magics[i].at + magics[i].len &&
		    memcmp(s.at + magics[i].at, magics[i].magic,
			magics[i].len) == 0)
			return magics[i].kind;
	if (s.len >= 64 && memcmp(s.at, "MZ", 2) == 0 &&
	    memchr(s.at, 0, 64) != NULL)
		return "a program";
	return NULL;
}

static bool
is_text(struct span s)
{
	for (size_t i = 0; i < s.len && i < TEXT_AT; i++)
		if (s.at[i] < 0x09 ||
		    (s.at[i] > 0x0d && s.at[i] < 0x20 && s.at[i] != 0x1b))
			return false;
	return s.len > 0;
}

static bool
runs(struct reading *r, struct span s)
{
	char *text;

	if (s.len > WORDS_AT)
		s.len = WORDS_AT;
	text = span_lower(r->message->arena, s);
	for (size_t i = 0; i < COUNT(running); i++)
		if (strstr(text, running[i]) != NULL)
			return true;
	return false;
}

static struct span
span_of(const struct buf *b)
{
	return (struct span){ (const unsigned char *)buf_text(b), b->len };
}

static bool
is_url(struct span s)
{
	return (span_starts(s, "http://") || span_starts(s, "https://")) &&
	       s.len < URL_MOST && is_text(s);
}

/* Looks under further layers while all that was decoded is a run again. */
static void
peel(struct buf *decoded)
{
	struct buf next;

	buf_init(&next, decoded->limit);
	for (int i = 1; i < LAYERS && encoded_whole(span_of(decoded), &next);
	     i++) {
		struct buf was = *decoded;

		*decoded = next;
		next = was;
	}
	buf_free(&next);
}

/* A page in a data: URI can be found by its address and by its encoding. */
static bool
is_there(const struct node *n, struct span s)
{
	for (const struct part *p = n->part.child; p != NULL; p = p->sibling) {
		struct span have = reading_node((struct part *)p)->whole;

		if (p->origin == ORIGIN_DECODED && have.len == s.len &&
		    memcmp(have.at, s.at, s.len) == 0)
			return true;
	}
	return false;
}

static void
add(struct reading *r, struct node *n, struct span s, bool page)
{
	struct arena *a = r->message->arena;
	struct node *child;

	if (is_there(n, s))
		return;
	s.len = reading_take(r, n, s.len);
	s.at = (unsigned char *)arena_copy(a, (const char *)s.at, s.len);
	child = unpack_member(r, n, page ? "decoded.html" : NULL, s);
	if (child != NULL)
		child->part.origin = ORIGIN_DECODED;
}

/* How many pages in pages stand above. */
static int
layer(const struct node *n)
{
	int layers = 0;

	for (const struct part *p = &n->part; p != NULL; p = p->parent)
		layers += p->origin == ORIGIN_DECODED;
	return layers;
}

/* A file is added, an address is a link; false when the part is full. */
static bool
judge(struct reading *r, struct node *n, struct span s, int *files)
{
	bool file = smuggle_kind(s) != NULL, text = !file && is_text(s);

	if (text && is_url(s))
		link_add(r, n, span_copy(r->message->arena, s), "",
		    LINK_OPENED);
	if (!file && (!text || !runs(r, s)))
		return true;
	if ((*files)++ == FILES) {
		reading_mark(r, n, MARK_LIMIT, NULL, "encoded files: %d",
		    FILES);
		return false;
	}
	add(r, n, s, text && *span_trim(s).at == '<');
	return true;
}

/* UTF-16 reads like ASCII without its NUL bytes. */
static struct span
narrow(struct reading *r, struct node *n, struct span s)
{
	unsigned char *copy;
	size_t len = 0;

	if (s.len < 4 || (s.at[0] != 0 && s.at[1] != 0 && s.at[3] != 0))
		return s;
	s.len = reading_take(r, n, s.len);
	copy = arena_get(r->message->arena, s.len);
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] != 0)
			copy[len++] = s.at[i];
	return (struct span){ copy, len };
}

void
smuggle_read(struct reading *r, struct node *n, struct span bytes)
{
	struct buf decoded;
	struct span begin, rest;
	int files = 0;

	if (!message_is_file(&n->part) || bytes.len < ENCODED_LEAST)
		return;
	if (bytes.at[0] == 0 || bytes.at[1] == 0 || bytes.at[3] == 0)
		bytes = narrow(r, n, bytes);
	/* A browser reads on past bytes that no text has. */
	begin.len = bytes.len < BEGIN_AT ? bytes.len : BEGIN_AT;
	begin.at = bytes.at;
	if (!is_text(begin) || smuggle_kind(bytes) != NULL)
		return;
	if (layer(n) >= LAYERS) {
		reading_mark(r, n, MARK_LIMIT, NULL, "encoded in layers: %d",
		    LAYERS);
		return;
	}
	buf_init(&decoded, r->limits->member);
	rest = bytes;
	while (inner_next(&rest, &decoded))
		if (!judge(r, n, span_of(&decoded), &files))
			break;
	while (encoded_next(&bytes, &decoded)) {
		peel(&decoded);
		if (!judge(r, n, span_of(&decoded), &files))
			break;
	}
	buf_free(&decoded);
}
