/* SPDX-License-Identifier: ISC */
#include <magic.h>
#include <string.h>

#include "milter/base/count.h"
#include "milter/base/text.h"
#include "milter/inspect/filetype.h"
#include "milter/base/banned.h"

/* The types that matter show in their first bytes; more costs time (a 20 MB
 * part would be read whole) and tells nothing. */
enum { LOOK_AT = 65536, TEXT_LOOK_AT = 1024 };

/*
 * Texts that are more than text, by what is in their first bytes (lower case).
 * libmagic tries hundreds of expressions on a text, which costs 0.3 to 2 ms,
 * many times a scan for viruses, to say that it is plain.
 */
static const struct {
	const char *words, *type;
	bool first; /* only at the beginning */
} texts[] = {
	{ "%pdf-", "application/pdf", false },
	{ "{\\rtf", "text/rtf", true },
	{ "<svg", "image/svg+xml", false },
	{ "<html", "text/html", false },
	{ "<!doctype html", "text/html", false },
	{ "<head>", "text/html", false },
	{ "<body", "text/html", false },
	{ "<script", "text/html", false },
	{ "<?xml", "text/xml", true },
	{ "%!ps", "application/postscript", true },
	{ "begin:vcalendar", "text/calendar", true },
	{ "begin:vcard", "text/vcard", true },
	{ "from ", "application/mbox", true },
};

/* Written once by filetype_prepare(), before the fork. */
static magic_t magic;

int
filetype_prepare(struct reason *why)
{
	/* Compound files and compressed ones are opened elsewhere, if at all:
	 * a type needs no parser of hostile structures. */
	const int flags = MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS |
			  MAGIC_NO_CHECK_CDF | MAGIC_NO_CHECK_ELF;

	if (magic != NULL)
		return 0;
	magic = magic_open(flags);
	if (magic == NULL)
		return reason_errno(why, "libmagic");
	if (magic_load(magic, NULL) == -1) {
		reason_set(why, "libmagic: %s", magic_error(magic));
		magic_close(magic);
		magic = NULL;
		return -1;
	}
	return 0;
}

/* Bytes that no text has; escape begins the sequences of ISO-2022-JP. */
static bool
is_binary(unsigned char c)
{
	return c < 0x09 || (c > 0x0d && c < 0x20 && c != 0x1b) || c == 0x7f;
}

static bool
is_utf16(const struct part *p)
{
	return p->size >= 4 && (memcmp(p->bytes, "\xff\xfe", 2) == 0 ||
				   memcmp(p->bytes, "\xfe\xff", 2) == 0 ||
				   memcmp(p->bytes, "<\0", 2) == 0 ||
				   memcmp(p->bytes, "\0<", 2) == 0);
}

/* The part's beginning in lower case, or NULL when it is no text. UTF-16 reads
 * like ASCII without its NUL bytes. */
static char *
text_of(struct arena *a, const struct part *p)
{
	size_t len = p->size < TEXT_LOOK_AT ? p->size : TEXT_LOOK_AT, out = 0;
	char *text = arena_get(a, len + 1);
	bool wide = is_utf16(p);

	for (size_t i = wide && p->bytes[0] >= 0xfe ? 2 : 0; i < len; i++) {
		if (wide && p->bytes[i] == 0)
			continue;
		if (is_binary(p->bytes[i]))
			return NULL;
		text[out++] = (char)p->bytes[i];
	}
	text[out] = '\0';
	text_lower(text);
	return text;
}

static const char *
text_type(const char *text)
{
	if (strncmp(text, "\xef\xbb\xbf", 3) == 0)
		text += 3;
	text += strspn(text, " \t\r\n");
	for (size_t i = 0; i < COUNT(texts); i++) {
		const char *at = strstr(text, texts[i].words);

		if (at != NULL && (at == text || !texts[i].first))
			return texts[i].type;
	}
	return "text/plain";
}

/* What a compound file is shows by its streams. */
static const char *
type_by_stream(const struct part *p)
{
	for (const struct part *c = p->child; c != NULL; c = c->sibling)
		if (c->origin == ORIGIN_STREAM && c->names != NULL &&
		    strcmp(c->names->name, "\004JSRV_SegmentInformation") == 0)
			return "application/x-js-taro";
	return NULL;
}

static const char *
type_of(const struct message *m, const struct part *p)
{
	const char *text = text_of(m->arena, p), *type;

	if (text != NULL)
		return text_type(text);
	type = type_by_stream(p);
	if (type != NULL)
		return type;
	type = magic_buffer(magic, p->bytes,
	    p->size < LOOK_AT ? p->size : LOOK_AT);
	if (type == NULL || strcmp(type, "application/octet-stream") == 0)
		return NULL;
	return arena_string(m->arena, type);
}

const struct filetype *
filetype_all(const struct message *m)
{
	struct filetype *all =
	    arena_get(m->arena, (size_t)m->parts * sizeof *all);

	for (const struct part *p = m->root; p != NULL; p = p->next)
		if (message_is_file(p))
			all[p->index].type = type_of(m, p);
	return all;
}
