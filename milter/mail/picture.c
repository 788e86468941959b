/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "milter/base/count.h"
#include "milter/mail/picture.h"
#include "milter/base/banned.h"

enum {
	SIDE_MOST = 65535,
	FLAT = 24 /* shades between which nobody sees a code */
};

static const struct {
	const char *magic;
	size_t len;
	enum picture (*read)(struct span bytes, uint64_t *left, struct gray *g);
} formats[] = {
	{ "\x89PNG\r\n\x1a\n", 8, picture_png },
	{ "\xff\xd8\xff", 3, picture_jpeg },
	{ "BM", 2, picture_bmp },
};

/* The place of its format, or COUNT(formats). */
static size_t
format_of(struct span s)
{
	size_t i = 0;

	while (i < COUNT(formats) &&
	       (s.len < formats[i].len ||
		   memcmp(s.at, formats[i].magic, formats[i].len) != 0))
		i++;
	return i;
}

bool
picture_is(struct span bytes)
{
	return format_of(bytes) < COUNT(formats);
}

enum picture
picture_read(struct span bytes, uint64_t *left, struct gray *g)
{
	size_t i = format_of(bytes);
	enum picture result = PICTURE_NOT;

	*g = (struct gray){ .at = NULL };
	if (i < COUNT(formats))
		result = formats[i].read(bytes, left, g);
	if (result != PICTURE_READ)
		gray_free(g);
	return result;
}

enum picture
gray_new(struct gray *g, uint64_t width, uint64_t height, uint64_t cost,
    uint64_t *left)
{
	*g = (struct gray){ .at = NULL };
	if (width < PICTURE_SIDE_LEAST || height < PICTURE_SIDE_LEAST)
		return PICTURE_NOT;
	if (width > SIDE_MOST || height > SIDE_MOST || cost > *left)
		return PICTURE_LIMIT;
	g->at = malloc((size_t)(width * height));
	if (g->at == NULL)
		return PICTURE_LIMIT;
	*left -= cost;
	g->width = (size_t)width;
	g->height = (size_t)height;
	memset(g->at, 255, g->width * g->height);
	return PICTURE_READ;
}

bool
gray_flat(const struct gray *g)
{
	unsigned char least = 255, most = 0;

	for (size_t i = 0; i < g->width * g->height; i++) {
		least = g->at[i] < least ? g->at[i] : least;
		most = g->at[i] > most ? g->at[i] : most;
	}
	return most < least + FLAT;
}

void
gray_invert(struct gray *g)
{
	for (size_t i = 0; i < g->width * g->height; i++)
		g->at[i] = (unsigned char)(255 - g->at[i]);
}

static unsigned char
mean(const struct gray *g, size_t x, size_t y, size_t by)
{
	unsigned long sum = 0;

	for (size_t row = y * by; row < (y + 1) * by; row++)
		for (size_t i = x * by; i < (x + 1) * by; i++)
			sum += g->at[row * g->width + i];
	return (unsigned char)(sum / (by * by));
}

void
gray_shrink(struct gray *g, size_t most)
{
	size_t longest = g->width > g->height ? g->width : g->height;
	size_t by = (longest + most - 1) / most;
	size_t width = g->width / by, height = g->height / by;

	if (by == 1)
		return;
	/* In place: no pixel is written before it was read. */
	for (size_t y = 0; y < height; y++)
		for (size_t x = 0; x < width; x++)
			g->at[y * width + x] = mean(g, x, y, by);
	g->width = width;
	g->height = height;
}

unsigned char
gray_shade(unsigned red, unsigned green, unsigned blue)
{
	return (unsigned char)((red * 77 + green * 150 + blue * 29) >> 8);
}

void
gray_free(struct gray *g)
{
	free(g->at);
	*g = (struct gray){ .at = NULL };
}
