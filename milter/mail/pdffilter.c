/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "milter/base/count.h"
#include "milter/mail/flate.h"
#include "milter/mail/pdffilter.h"
#include "milter/mail/pdftext.h"
#include "milter/base/banned.h"

enum {
	FILTERS = 8,
	CODES = 4096, /* of LZW */
	CLEAR = 256,
	END = 257,
	ROW_MOST = 1 << 20, /* bytes of a predictor's row */
	PIXEL_MOST = 32 * 4 /* bytes */
};

static bool
put(struct buf *out, int c)
{
	char byte = (char)c;

	return buf_add(out, &byte, 1) == 0;
}

static enum unfiltered
end(bool room)
{
	return room ? UNFILTERED : UNFILTERED_LIMIT;
}

static enum unfiltered
flate(struct span in, const char *parameters, struct buf *out)
{
	static const enum unfiltered results[] = {
		[FLATE_WHOLE] = UNFILTERED,
		[FLATE_FAULT] = UNFILTERED_FAULT,
		[FLATE_LIMIT] = UNFILTERED_LIMIT,
	};
	enum flate result = flate_unpack(in, false, out);

	(void)parameters;
	/* Some readers do not mind a head that is wrong. */
	if (result == FLATE_FAULT && out->len == 0 && in.len > 2)
		result = flate_unpack(span_from(in, 2), true, out);
	return results[result];
}

static enum unfiltered
ascii_hex(struct span in, const char *parameters, struct buf *out)
{
	int value = 0, digits = 0;
	bool room = true;

	(void)parameters;
	for (size_t i = 0; room && i < in.len && in.at[i] != '>'; i++) {
		int digit = span_hex(in.at[i]);

		if (digit < 0)
			continue;
		value = (value << 4 | digit) & 0xff;
		if (++digits % 2 == 0)
			room = put(out, value);
	}
	if (digits % 2 == 1)
		room = room && put(out, value << 4 & 0xff);
	return end(room);
}

static bool
put_85(struct buf *out, unsigned long value, int count)
{
	bool room = true;

	for (int i = 0; i < count; i++)
		room = put(out, (int)(value >> (24 - 8 * i) & 0xff));
	return room;
}

static enum unfiltered
ascii85(struct span in, const char *parameters, struct buf *out)
{
	unsigned long value = 0;
	bool room = true;
	int have = 0;

	(void)parameters;
	/* What Adobe's encoders write in front of it. */
	if (span_begins(span_trim(in), span_string("<~")))
		in = span_from(span_trim(in), 2);
	for (size_t i = 0; room && i < in.len && in.at[i] != '~'; i++) {
		int c = in.at[i];

		if (c == 'z' && have == 0)
			room = put_85(out, 0, 4);
		if (c < '!' || c > 'u')
			continue;
		value = value * 85 + (unsigned)(c - '!');
		if (++have < 5)
			continue;
		room = put_85(out, value, 4);
		value = 0;
		have = 0;
	}
	for (int i = have; have > 1 && i < 5; i++)
		value = value * 85 + 84;
	return end(room && (have < 2 || put_85(out, value, have - 1)));
}

static enum unfiltered
run_length(struct span in, const char *parameters, struct buf *out)
{
	bool room = true;

	(void)parameters;
	while (room && in.len > 1 && in.at[0] != 128) {
		size_t count = in.at[0], used = 2;

		if (count < 128) {
			used = count + 2 > in.len ? in.len : count + 2;
			room = buf_add(out, in.at + 1, used - 1) == 0;
		} else {
			for (count = 257 - count; room && count > 0; count--)
				room = put(out, in.at[1]);
		}
		in = span_from(in, used);
	}
	return end(room);
}

static long
integer(const char *dictionary, const char *name, long other)
{
	const char *value =
	    dictionary == NULL ? NULL : pdftext_value(dictionary, name);

	return value == NULL ? other : strtol(value, NULL, 10);
}

/* The strings of LZW: each is one before it and a byte. */
struct lzw {
	unsigned short before[CODES];
	unsigned char last[CODES], first[CODES];
	unsigned short length[CODES];
	unsigned next;
};

/* Writes the string of a code; false when there is no room. */
static bool
put_code(const struct lzw *l, unsigned code, struct buf *out)
{
	unsigned char text[CODES];
	size_t len = l->length[code];

	for (size_t i = len; i > 0; i--) {
		text[i - 1] = l->last[code];
		code = l->before[code];
	}
	return buf_add(out, text, len) == 0;
}

static void
add_code(struct lzw *l, unsigned before, unsigned char last)
{
	l->before[l->next] = (unsigned short)before;
	l->last[l->next] = last;
	l->first[l->next] = l->first[before];
	l->length[l->next] = (unsigned short)(l->length[before] + 1);
	l->next++;
}

/* The next code, or END when the bytes end. */
static unsigned
take_code(struct span in, size_t *bit, int width)
{
	unsigned code = 0;

	if (*bit + (size_t)width > in.len * 8)
		return END;
	for (int i = 0; i < width; i++, (*bit)++)
		code = code << 1 | (in.at[*bit / 8] >> (7 - *bit % 8) & 1u);
	return code;
}

static enum unfiltered
lzw(struct span in, const char *parameters, struct buf *out)
{
	unsigned early = integer(parameters, "/EarlyChange", 1) != 0;
	struct lzw l = { .next = END + 1 };
	unsigned code, before = CLEAR;
	size_t bit = 0;
	int width = 9;
	bool room = true;

	for (unsigned i = 0; i < CLEAR; i++) {
		l.first[i] = l.last[i] = (unsigned char)i;
		l.length[i] = 1;
	}
	while (room && (code = take_code(in, &bit, width)) != END) {
		if (code == CLEAR) {
			l.next = END + 1;
			width = 9;
			before = CLEAR;
			continue;
		}
		if (code > l.next || (code == l.next && before == CLEAR))
			return UNFILTERED_FAULT;
		if (before != CLEAR && l.next < CODES)
			add_code(&l, before,
			    l.first[code < l.next ? code : before]);
		if (code >= l.next)
			return UNFILTERED_FAULT;
		room = put_code(&l, code, out);
		before = code;
		while (width < 12 && l.next + early >= 1u << width)
			width++;
	}
	return end(room);
}

/* The layout of what a predictor worked on (7.4.4.4). */
struct rows {
	size_t row, pixel; /* bytes */
	size_t colors, bits;
};

/* False when the parameters name none that could be. */
static bool
rows_read(struct rows *rows, const char *parameters)
{
	long columns = integer(parameters, "/Columns", 1);
	long colors = integer(parameters, "/Colors", 1);
	long bits = integer(parameters, "/BitsPerComponent", 8);

	if (columns < 1 || columns > ROW_MOST || colors < 1 || colors > 32 ||
	    bits < 1 || bits > 16)
		return false;
	rows->colors = (size_t)colors;
	rows->bits = (size_t)bits;
	rows->pixel = (size_t)(colors * bits + 7) / 8;
	rows->row = (size_t)(columns * colors * bits + 7) / 8;
	return rows->row <= ROW_MOST;
}

static unsigned char
paeth(int left, int up, int corner)
{
	int guess = left + up - corner;
	int a = abs(guess - left), b = abs(guess - up), c = abs(guess - corner);

	if (a <= b && a <= c)
		return (unsigned char)left;
	return (unsigned char)(b <= c ? up : corner);
}

/* One row of PNG: kind by kind, the row above in up (NULL for none). */
static void
undo_png(int kind, unsigned char *row, const unsigned char *up, size_t len,
    size_t pixel)
{
	for (size_t i = 0; i < len; i++) {
		int left = i < pixel ? 0 : row[i - pixel];
		int above = up == NULL ? 0 : up[i];
		int corner = up == NULL || i < pixel ? 0 : up[i - pixel];
		const int add[] = { 0, left, above, (left + above) / 2,
			paeth(left, above, corner) };

		row[i] = (unsigned char)(row[i] + add[kind]);
	}
}

static enum unfiltered
png_rows(const struct rows *rows, struct buf *bytes)
{
	unsigned char *data = bytes->data;
	const unsigned char *up = NULL;
	size_t from = 0, to = 0;

	while (from + 1 < bytes->len) {
		int kind = data[from++];
		size_t len = bytes->len - from;

		if (len > rows->row)
			len = rows->row;
		memmove(data + to, data + from, len);
		undo_png(kind > 4 ? 0 : kind, data + to, up, len, rows->pixel);
		up = data + to;
		from += len;
		to += len;
	}
	bytes->len = to;
	return UNFILTERED;
}

static enum unfiltered
tiff_rows(const struct rows *rows, struct buf *bytes)
{
	if (rows->bits != 8)
		return UNFILTERED_NOT;
	for (size_t i = 0; i < bytes->len; i++)
		if (i % rows->row >= rows->colors)
			bytes->data[i] =
			    (unsigned char)(bytes->data[i] +
					    bytes->data[i - rows->colors]);
	return UNFILTERED;
}

/* In place: no row grows. */
static enum unfiltered
unpredict(const char *parameters, struct buf *bytes)
{
	long predictor = integer(parameters, "/Predictor", 1);
	struct rows rows;

	if (bytes->len == 0 || (predictor != 2 && predictor < 10))
		return UNFILTERED; /* none, and what readers take for none */
	if (!rows_read(&rows, parameters))
		return UNFILTERED_NOT;
	return predictor == 2 ? tiff_rows(&rows, bytes)
			      : png_rows(&rows, bytes);
}

/* An open lock leaves it to whoever decrypts. */
static enum unfiltered
as_it_is(struct span in, const char *parameters, struct buf *out)
{
	(void)parameters;
	return end(buf_add(out, in.at, in.len) == 0);
}

static enum unfiltered
jpeg(struct span in, const char *parameters, struct buf *out)
{
	enum unfiltered result = as_it_is(in, parameters, out);

	return result == UNFILTERED ? UNFILTERED_JPEG : result;
}

static const struct {
	const char *name, *shorter;
	enum unfiltered (
	    *undo)(struct span in, const char *parameters, struct buf *out);
	bool predicts;
} filters[] = {
	{ "/FlateDecode", "/Fl", flate, true },
	{ "/LZWDecode", "/LZW", lzw, true },
	{ "/RunLengthDecode", "/RL", run_length, false },
	{ "/ASCIIHexDecode", "/AHx", ascii_hex, false },
	{ "/ASCII85Decode", "/A85", ascii85, false },
	{ "/DCTDecode", "/DCT", jpeg, false },
	{ "/Crypt", "/Crypt", as_it_is, false },
};

static bool
is_name(const char *at, const char *name)
{
	size_t len = strlen(name);

	return strncmp(at, name, len) == 0 && at[len] == ' ';
}

/* One filter: from in to out. */
static enum unfiltered
undo(const char *name, const char *parameters, struct span in, struct buf *out)
{
	enum unfiltered result, rows;

	for (size_t i = 0; i < COUNT(filters); i++) {
		if (!is_name(name, filters[i].name) &&
		    !is_name(name, filters[i].shorter))
			continue;
		result = filters[i].undo(in, parameters, out);
		if (!filters[i].predicts)
			return result;
		rows = unpredict(parameters, out);
		return rows == UNFILTERED_NOT ? rows : result;
	}
	return UNFILTERED_NOT;
}

/* The filters that are still to be undone, and their parameters. */
struct chain {
	const char *name, *parameters; /* the latter NULL for none */
	bool list, parameter_list;
};

/* The next filter: from in to out. */
static enum unfiltered
undo_next(struct chain *c, struct span in, struct buf *out)
{
	enum unfiltered result;
	char *own = NULL;

	if (c->parameters != NULL && strncmp(c->parameters, "<< ", 3) == 0)
		own = strndup(c->parameters,
		    (size_t)(pdftext_after_value(c->parameters) -
			     c->parameters));
	else if (c->parameters != NULL && pdftext_is_reference(c->parameters))
		return UNFILTERED_NOT;
	result = undo(c->name, own, in, out);
	free(own);
	c->name = pdftext_after_token(c->name);
	if (c->parameter_list && *c->parameters != ']')
		c->parameters = pdftext_after_value(c->parameters);
	return result;
}

static enum unfiltered
undo_all(struct chain *c, struct span in, struct buf *out)
{
	enum unfiltered result = undo_next(c, in, out);

	for (int i = 1; i < FILTERS && c->list && *c->name == '/' &&
			result != UNFILTERED_NOT;
	     i++) {
		enum unfiltered next;
		struct buf from = *out;

		buf_init(out, from.limit);
		next = undo_next(c,
		    (struct span){ (const unsigned char *)buf_text(&from),
			from.len },
		    out);
		buf_free(&from);
		result = next > result ? next : result;
	}
	/* A list ends; more than a few are not read. */
	return !c->list || *c->name == ']' ? result : UNFILTERED_NOT;
}

enum unfiltered
pdffilter_undo(const char *names, const char *parameters, struct span in,
    struct buf *out)
{
	struct chain c = { .name = names, .parameters = parameters };

	c.list = names != NULL && *names == '[';
	c.parameter_list = parameters != NULL && *parameters == '[';
	if (c.list)
		c.name = pdftext_after_token(names);
	if (c.parameter_list)
		c.parameters = pdftext_after_token(parameters);
	if (names == NULL || strncmp(names, "null ", 5) == 0 || *c.name == ']')
		return end(buf_add(out, in.at, in.len) == 0);
	/* It may stand elsewhere. */
	return *c.name == '/' ? undo_all(&c, in, out) : UNFILTERED_NOT;
}
