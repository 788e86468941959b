/* SPDX-License-Identifier: ISC */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>

#include "milter/base/buf.h"
#include "milter/mail/biff.h"
#include "milter/base/banned.h"

/* MS-XLS 2.3. */
enum {
	FORMULA = 0x06,
	FILEPASS = 0x2f,
	CONTINUE = 0x3c,
	MULRK = 0xbd,
	SST = 0xfc,
	LABELSST = 0xfd,
	NUMBER = 0x203,
	LABEL = 0x204,
	STRING = 0x207, /* what the formula before it comes to */
	RK = 0x27e,
	BOF = 0x809
};

enum { LINE_MOST = 65536, COLUMNS = 64 };

struct sheet {
	struct doctext *d;
	struct buf line;
	int row, column; /* where the line ends; row -1: nowhere */
	bool enough;
};

static unsigned
little(const unsigned char *at, size_t bytes)
{
	unsigned value = 0;

	while (bytes-- > 0)
		value = value << 8 | at[bytes];
	return value;
}

/* A record and what stands behind it; false at the end. */
static bool
next(struct span *rest, unsigned *id, struct span *data)
{
	size_t len;

	if (rest->len < 4)
		return false;
	*id = little(rest->at, 2);
	len = little(rest->at + 2, 2);
	*rest = span_from(*rest, 4);
	*data = (struct span){ rest->at, len < rest->len ? len : rest->len };
	*rest = span_from(*rest, data->len);
	return true;
}

/* Bytes of a record that goes on in others. */
struct rope {
	struct span here, rest;
};

/* Goes on in the record behind, if this one is at its end. */
static bool
go_on(struct rope *r)
{
	struct span behind = r->rest, data;
	unsigned id;

	if (r->here.len > 0)
		return true;
	if (!next(&behind, &id, &data) || id != CONTINUE)
		return false;
	r->rest = behind;
	r->here = data;
	return data.len > 0;
}

static bool
take(struct rope *r, size_t bytes, unsigned *value)
{
	*value = 0;
	for (size_t i = 0; i < bytes; i++) {
		if (!go_on(r))
			return false;
		*value |= (unsigned)r->here.at[0] << (8 * i);
		r->here = span_from(r->here, 1);
	}
	return true;
}

static bool
skip(struct rope *r, size_t bytes)
{
	while (bytes > 0) {
		size_t piece;

		if (!go_on(r))
			return false;
		piece = bytes < r->here.len ? bytes : r->here.len;
		r->here = span_from(r->here, piece);
		bytes -= piece;
	}
	return true;
}

static void
add_unit(struct buf *out, unsigned *high, unsigned unit)
{
	char bytes[4];
	int len = 0;
	UChar32 c = (UChar32)unit;

	if (U16_IS_LEAD(unit)) {
		*high = unit;
		return;
	}
	if (U16_IS_TRAIL(unit))
		c = *high == 0 ? 0xfffd : U16_GET_SUPPLEMENTARY(*high, unit);
	*high = 0;
	U8_APPEND_UNSAFE(bytes, len, c == 0 ? 0xfffd : c);
	(void)buf_add(out, bytes, (size_t)len);
}

/* The characters of a string; where it goes on in another record, a byte of
 * flags stands before them again (MS-XLS 2.5.293). */
static bool
characters(struct rope *r, unsigned count, bool wide, struct buf *out)
{
	unsigned high = 0, unit, flags;

	for (; count > 0; count--) {
		if (r->here.len == 0) {
			if (!take(r, 1, &flags))
				return false;
			wide = (flags & 1) != 0;
		}
		if (!take(r, wide ? 2 : 1, &unit))
			return false;
		add_unit(out, &high, unit);
	}
	return true;
}

static bool
string(struct rope *r, struct buf *out)
{
	unsigned count, flags, runs = 0, more = 0;

	if (!take(r, 2, &count) || !take(r, 1, &flags) ||
	    ((flags & 8) && !take(r, 2, &runs)) ||
	    ((flags & 4) && !take(r, 4, &more)))
		return false;
	return characters(r, count, (flags & 1) != 0, out) &&
	       skip(r, 4 * (size_t)runs + more);
}

static void
flush(struct sheet *s)
{
	if (s->line.len > 0 && !s->enough)
		s->enough =
		    !s->d->line(s->d->owner, buf_text(&s->line), s->line.len);
	buf_clear(&s->line);
}

static void
read_strings(struct sheet *s, struct span data, struct span rest)
{
	struct rope r = { span_from(data, 8), rest };

	while (!s->enough && go_on(&r)) {
		bool whole = string(&r, &s->line);

		doctext_share(s->d, buf_text(&s->line), s->line.len);
		flush(s);
		if (!whole)
			return;
	}
}

/* Where the text of a cell goes: behind a tab for each cell before it. */
static void
move(struct sheet *s, int row, int column)
{
	if (row != s->row || column < s->column ||
	    s->line.len > LINE_MOST - 1024) {
		flush(s);
		s->row = row;
		s->column = 0;
	}
	for (; s->column < column && s->column < COLUMNS; s->column++)
		(void)buf_string(&s->line, "\t");
	s->column = column;
}

static void
add_number(struct sheet *s, double value)
{
	if (value > -1e15 && value < 1e15 && value == (double)(int64_t)value)
		(void)buf_printf(&s->line, "%.0f", value);
	else
		(void)buf_printf(&s->line, "%g", value);
}

static double
number(const unsigned char *at)
{
	uint64_t bits = (uint64_t)little(at + 4, 4) << 32 | little(at, 4);
	double value;

	memcpy(&value, &bits, sizeof value);
	return value;
}

/* MS-XLS 2.5.217: 30 bits of a number, or of its upper half. */
static double
packed_number(unsigned rk)
{
	uint64_t bits = (uint64_t)(rk & ~3U) << 32;
	double value;

	if (rk & 2)
		value = (double)((int32_t)rk >> 2);
	else
		memcpy(&value, &bits, sizeof value);
	return rk & 1 ? value / 100 : value;
}

/* A row of numbers in cells side by side. */
static void
read_many(struct sheet *s, int row, int column, struct span data)
{
	for (data = span_from(data, 4); data.len >= 8 && !s->enough;
	     data = span_from(data, 6)) {
		move(s, row, column++);
		add_number(s, packed_number(little(data.at + 2, 4)));
	}
}

static void
read_text(struct sheet *s, struct span data)
{
	struct rope r = { data, { NULL, 0 } };

	(void)string(&r, &s->line);
}

static void
read_cell(struct sheet *s, unsigned id, struct span data)
{
	int row, column;

	if (data.len < 10)
		return;
	row = (int)little(data.at, 2);
	column = (int)little(data.at + 2, 2);
	if (id == MULRK) {
		read_many(s, row, column, data);
		return;
	}
	move(s, row, column);
	if (id == LABELSST) {
		(void)buf_string(&s->line,
		    doctext_shared(s->d, little(data.at + 6, 4)));
	} else if (id == RK) {
		add_number(s, packed_number(little(data.at + 6, 4)));
	} else if (id == LABEL) {
		read_text(s, span_from(data, 6));
	} else if (data.len >= 14 && little(data.at + 12, 2) != 0xffff) {
		add_number(s, number(data.at + 6));
	}
}

void
biff_read(struct doctext *d, struct span stream)
{
	struct sheet s = { .d = d, .row = -1 };
	struct span data;
	unsigned id;

	buf_init(&s.line, 4 * LINE_MOST);
	buf_clear(&d->strings);
	buf_clear(&d->starts);
	d->shared = NULL;
	while (!s.enough && next(&stream, &id, &data)) {
		if (id == FILEPASS)
			break;
		if (id == BOF)
			s.row = -1;
		if (id == SST)
			read_strings(&s, data, stream);
		else if (id == STRING && s.row >= 0 && s.line.len < LINE_MOST)
			read_text(&s, data);
		else if (id == LABELSST || id == RK || id == MULRK ||
			 id == LABEL || id == NUMBER || id == FORMULA)
			read_cell(&s, id, data);
	}
	flush(&s);
	buf_free(&s.line);
}
