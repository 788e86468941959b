/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "milter/mail/picture.h"
#include "milter/base/banned.h"

enum {
	HEAD = 14, /* of the file; then that of the picture */
	INFO = 40, /* BITMAPINFOHEADER, which longer ones begin with */
	FIELDS = 3, /* compression: none, with masks for the colours */
	COLOURS = 256
};

/* A bitmap of Windows without compression, which is all but all of them. */
struct bmp {
	struct span in;
	uint64_t width, height;
	bool down; /* its rows begin at the top */
	unsigned bits; /* a pixel */
	size_t row; /* bytes */
	struct span rows;
	unsigned char shades[COLOURS];
};

static uint32_t
number(struct span s, size_t at)
{
	return s.len < at + 4 ? 0
			      : s.at[at] | (uint32_t)s.at[at + 1] << 8 |
				    (uint32_t)s.at[at + 2] << 16 |
				    (uint32_t)s.at[at + 3] << 24;
}

static bool
read_head(struct bmp *b)
{
	uint32_t info = number(b->in, HEAD), pack = number(b->in, HEAD + 16);
	int64_t height = (int32_t)number(b->in, HEAD + 8);

	b->width = number(b->in, HEAD + 4);
	b->down = height < 0;
	b->height = (uint64_t)(height < 0 ? -height : height);
	b->bits = number(b->in, HEAD + 12) >> 16;
	b->row = (size_t)((b->width * b->bits + 31) / 32 * 4);
	b->rows = span_from(b->in, number(b->in, 10));
	for (size_t i = 0; b->bits <= 8 && i < COLOURS; i++) {
		uint32_t c = number(b->in, HEAD + info + i * 4);

		b->shades[i] = gray_shade(c >> 16 & 255, c >> 8 & 255, c & 255);
	}
	return info >= INFO && (pack == 0 || (pack == FIELDS && b->bits == 32));
}

static unsigned char
shade(const struct bmp *b, const unsigned char *row, size_t x)
{
	const unsigned char *c = row + x * (b->bits / 8);
	size_t bit = x * b->bits;

	if (b->bits >= 24)
		return gray_shade(c[2], c[1], c[0]);
	return b->shades[row[bit / 8] >> (8 - b->bits - bit % 8) &
			 ((1u << b->bits) - 1)];
}

enum picture
picture_bmp(struct span bytes, uint64_t *left, struct gray *g)
{
	struct bmp b = { .in = bytes };
	enum picture result;

	if (!read_head(&b) || (b.bits != 1 && b.bits != 4 && b.bits != 8 &&
				  b.bits != 24 && b.bits != 32))
		return PICTURE_NOT;
	result = gray_new(g, b.width, b.height, b.width * b.height, left);
	if (result != PICTURE_READ)
		return result;
	for (size_t y = 0; y < g->height && b.rows.len >= b.row; y++) {
		size_t to = b.down ? y : g->height - 1 - y;

		for (size_t x = 0; x < g->width; x++)
			g->at[to * g->width + x] = shade(&b, b.rows.at, x);
		b.rows = span_from(b.rows, b.row);
	}
	return PICTURE_READ;
}
