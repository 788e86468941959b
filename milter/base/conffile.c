/* SPDX-License-Identifier: ISC */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "milter/base/arena.h"
#include "milter/base/buf.h"
#include "milter/base/conffile.h"
#include "milter/base/text.h"
#include "milter/base/banned.h"

/* The parser's own memory for one setting. */
enum { ENTRY_MEMORY = 4 * CONFFILE_SIZE };

struct parser {
	const char *at, *end;
	int line;
	struct arena *arena; /* of the setting that is read */
	struct buf word;
	char **items;
	size_t count;
	struct reason *why;
};

static int
peek(const struct parser *p)
{
	return p->at == p->end ? -1 : (unsigned char)*p->at;
}

/* The next character, if it is c, is read. */
static bool
accept(struct parser *p, int c)
{
	if (peek(p) != c)
		return false;
	p->line += c == '\n';
	p->at++;
	return true;
}

static int
skip_block_comment(struct parser *p)
{
	int began = p->line;

	for (p->at += 2; p->at < p->end; p->at++) {
		if (*p->at == '*' && p->at + 1 < p->end && p->at[1] == '/') {
			p->at += 2;
			return 0;
		}
		p->line += *p->at == '\n';
	}
	p->line = began;
	return reason_set(p->why, "the comment is not closed with */");
}

/* Skips blanks and comments, newlines too if asked. */
static int
skip(struct parser *p, bool newlines)
{
	for (;;) {
		int c = peek(p);

		if (c == '\n' && !newlines)
			return 0;
		if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
			accept(p, c);
		} else if (c == '#') {
			while (p->at < p->end && *p->at != '\n')
				p->at++;
		} else if (c == '/' && p->end - p->at > 1 && p->at[1] == '*') {
			if (skip_block_comment(p) != 0)
				return -1;
		} else {
			return 0;
		}
	}
}

static int
add(struct parser *p, const void *bytes, size_t len)
{
	if (buf_add(&p->word, bytes, len) != 0)
		return reason_set(p->why, "a value is longer than %d bytes",
		    CONFFILE_VALUE);
	return 0;
}

/* Adds a character as UTF-8. */
static int
add_character(struct parser *p, uint32_t c)
{
	unsigned char u[4];

	if (c < 0x80) {
		u[0] = (unsigned char)c;
		return add(p, u, 1);
	}
	if (c < 0x800) {
		u[0] = (unsigned char)(0xC0 | c >> 6);
		u[1] = (unsigned char)(0x80 | (c & 0x3F));
		return add(p, u, 2);
	}
	if (c < 0x10000) {
		u[0] = (unsigned char)(0xE0 | c >> 12);
		u[1] = (unsigned char)(0x80 | (c >> 6 & 0x3F));
		u[2] = (unsigned char)(0x80 | (c & 0x3F));
		return add(p, u, 3);
	}
	u[0] = (unsigned char)(0xF0 | c >> 18);
	u[1] = (unsigned char)(0x80 | (c >> 12 & 0x3F));
	u[2] = (unsigned char)(0x80 | (c >> 6 & 0x3F));
	u[3] = (unsigned char)(0x80 | (c & 0x3F));
	return add(p, u, 4);
}

/* Four hex digits behind \u. */
static int
hex(struct parser *p, uint32_t *value)
{
	*value = 0;
	for (int i = 0; i < 4; i++, p->at++) {
		static const char digits[] = "0123456789abcdef";
		int c = peek(p);
		const char *d;

		if (c >= 'A' && c <= 'F')
			c += 'a' - 'A';
		d = c > 0 ? strchr(digits, c) : NULL;
		if (d == NULL)
			return reason_set(p->why,
			    "\\u needs four hexadecimal digits");
		*value = *value << 4 | (uint32_t)(d - digits);
	}
	return 0;
}

/* A \u escape, two of them for a character outside the first plane. */
static int
unicode(struct parser *p)
{
	uint32_t c, low;

	if (hex(p, &c) != 0)
		return -1;
	if (c >= 0xD800 && c <= 0xDBFF) {
		if (!accept(p, '\\') || !accept(p, 'u') || hex(p, &low) != 0 ||
		    low < 0xDC00 || low > 0xDFFF)
			return reason_set(p->why,
			    "the first half of a \\u pair has no second");
		c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
	} else if (c >= 0xDC00 && c <= 0xDFFF) {
		return reason_set(p->why,
		    "the second half of a \\u pair has no first");
	}
	/* Values are C strings: a NUL would cut one silently. */
	if (c == 0)
		return reason_set(p->why, "\\u0000 has no place in a value");
	return add_character(p, c);
}

static int
escape(struct parser *p)
{
	static const char names[] = "\"\\/bfnrt";
	static const char values[] = "\"\\/\b\f\n\r\t";
	int c = peek(p);
	const char *found = c > 0 ? strchr(names, c) : NULL;

	if (c == 'u') {
		p->at++;
		return unicode(p);
	}
	if (found == NULL)
		return reason_set(p->why, "an unknown escape behind \\");
	p->at++;
	return add(p, &values[found - names], 1);
}

/* A string in quotes; the first quote is read already. */
static int
quoted(struct parser *p)
{
	for (;;) {
		int c = peek(p);

		if (c == -1 || c == '\n')
			return reason_set(p->why,
			    "the string is not closed with \"");
		p->at++;
		if (c == '"')
			return 0;
		if (c == '\\' && escape(p) != 0)
			return -1;
		if (c != '\\' && add(p, p->at - 1, 1) != 0)
			return -1;
	}
}

static bool
in_word(int c)
{
	return c > ' ' && c != 0x7F && strchr("\"[]{};,#", c) == NULL;
}

/* A bare word: it ends at a blank or at a character of the syntax. */
static int
bare(struct parser *p, const char *stop)
{
	const char *from = p->at;

	while (in_word(peek(p)) && strchr(stop, peek(p)) == NULL)
		p->at++;
	return add(p, from, (size_t)(p->at - from));
}

/* Reads one word or string into p->word: 1, 0 if there is none, or -1. */
static int
word(struct parser *p, const char *stop)
{
	int c = peek(p);

	buf_clear(&p->word);
	if (accept(p, '"'))
		return quoted(p) == 0 ? 1 : -1;
	if (!in_word(c) || strchr(stop, c) != NULL)
		return 0;
	return bare(p, stop) == 0 ? 1 : -1;
}

static int
keep(struct parser *p)
{
	if (p->count == CONFFILE_ITEMS)
		return reason_set(p->why, "a list of more than %d items",
		    CONFFILE_ITEMS);
	p->items[p->count++] =
	    arena_copy(p->arena, buf_text(&p->word), p->word.len);
	return 0;
}

static int
unexpected(struct parser *p, const char *wanted)
{
	char seen[16];

	if (p->at == p->end)
		return reason_set(p->why, "%s expected at the end of the file",
		    wanted);
	text_printable(seen, sizeof seen, p->at, 1);
	return reason_set(p->why, "%s expected, not %s", wanted,
	    *p->at == '\n' ? "the end of the line" : seen);
}

/* [ a, "b" ]: the bracket is read already; newlines are blanks in here. */
static int
bracketed(struct parser *p)
{
	for (;;) {
		if (skip(p, true) != 0)
			return -1;
		if (accept(p, ']'))
			return 0;
		int got = word(p, "");
		if (got == 0)
			return unexpected(p, "a value or ]");
		if (got == -1 || keep(p) != 0 || skip(p, true) != 0)
			return -1;
		accept(p, ',');
	}
}

/* a b c, up to the end of the setting, which is not read. */
static int
values(struct parser *p)
{
	if (accept(p, '['))
		return bracketed(p);
	for (int got; (got = word(p, "")) != 0;)
		if (got == -1 || keep(p) != 0 || skip(p, false) != 0)
			return -1;
	return p->count > 0 ? 0 : unexpected(p, "a value");
}

/* The end of a setting. */
static int
finish(struct parser *p)
{
	if (skip(p, false) != 0)
		return -1;
	int c = peek(p);
	if (c == -1 || c == '}' || accept(p, ';') || accept(p, ',') ||
	    accept(p, '\n'))
		return 0;
	return unexpected(p, "; or a new line");
}

/* One setting, its name first. */
static int
entry(struct parser *p, struct conffile_entry *e)
{
	int got = word(p, "=:");

	e->line = p->line;
	p->count = 0;
	if (got == 0)
		return unexpected(p, "the name of a setting");
	if (got == -1)
		return -1;
	e->name = arena_copy(p->arena, buf_text(&p->word), p->word.len);
	p->items = arena_get(p->arena, CONFFILE_ITEMS * sizeof *p->items);
	if (skip(p, false) != 0)
		return -1;
	if ((accept(p, '=') || accept(p, ':')) && skip(p, true) != 0)
		return -1;
	if (values(p) != 0 || finish(p) != 0)
		return -1;
	e->items = p->items;
	e->count = p->count;
	return 0;
}

/* What stands behind the one outer object. */
static int
outer_end(struct parser *p, bool object)
{
	if (object && !accept(p, '}'))
		return unexpected(p, "} that closes the first {");
	if (skip(p, true) != 0)
		return -1;
	return p->at == p->end ? 0 : unexpected(p, "nothing more");
}

static int
parse(struct parser *p, conffile_take *take, void *to)
{
	struct conffile_entry e;

	if (skip(p, true) != 0)
		return -1;
	bool object = accept(p, '{');
	for (;;) {
		if (skip(p, true) != 0)
			return -1;
		if (p->at == p->end || peek(p) == '}')
			return outer_end(p, object);
		if (accept(p, ';') || accept(p, ','))
			continue;
		p->arena = arena_new(ENTRY_MEMORY);
		int failed = entry(p, &e);
		if (!failed && take(to, &e, p->why) != 0) {
			p->line = e.line;
			failed = -1;
		}
		arena_free(&p->arena);
		if (failed)
			return -1;
	}
}

int
conffile_parse(const char *file, const char *text, size_t len,
    conffile_take *take, void *to, struct reason *why)
{
	struct parser p = { .at = text,
		.end = text + len,
		.line = 1,
		.why = why };

	if (len > CONFFILE_SIZE)
		return reason_set(why, "%s:1: the file is larger than %d bytes",
		    file, CONFFILE_SIZE);
	if (memchr(text, '\0', len) != NULL || !text_is_utf8(text, len))
		return reason_set(why, "%s:1: the file is not text in UTF-8",
		    file);
	buf_init(&p.word, CONFFILE_VALUE);
	int failed = parse(&p, take, to);
	buf_free(&p.word);
	return failed ? reason_prefix(why, "%s:%d", file, p.line) : 0;
}
