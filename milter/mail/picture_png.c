/* SPDX-License-Identifier: ISC */
#include <png.h>
#include <stdlib.h>
#include <string.h>

#include "milter/mail/picture.h"
#include "milter/base/banned.h"

/* One picture on its way. It lives outside of the function that setjmp()
 * returns to, so that none of it is lost there. */
struct png {
	struct span in; /* what is left of it */
	uint64_t *left;
	struct gray *out;
	unsigned char *samples; /* one or two a pixel: gray, alpha */
	size_t channels;
	enum picture result;
};

/* Of a picture that ends early, the last bytes count; the library asks for many
 * at once. */
static void
take(png_structp png, png_bytep to, size_t len)
{
	struct png *p = png_get_io_ptr(png);
	size_t have = len < p->in.len ? len : p->in.len;

	if (have == 0)
		png_error(png, "the picture ends");
	memcpy(to, p->in.at, have);
	memset(to + have, 0, len - have);
	p->in = span_from(p->in, have);
}

static void
fault(png_structp png, png_const_charp text)
{
	(void)text;
	png_longjmp(png, 1);
}

static void
warning(png_structp png, png_const_charp text)
{
	(void)png, (void)text;
}

/* Whatever it is, samples of 8 bits: gray, and alpha if it has some. */
static void
ask_for_gray(png_structp png)
{
	png_set_expand(png);
	png_set_scale_16(png);
	png_set_rgb_to_gray_fixed(png, 1, -1, -1);
}

static void
read_rows(struct png *p, png_structp png, png_infop info)
{
	uint64_t width, height;
	size_t row;
	int passes;

	png_read_info(png, info);
	width = png_get_image_width(png, info);
	height = png_get_image_height(png, info);
	p->result = gray_new(p->out, width, height, width * height, p->left);
	if (p->result != PICTURE_READ)
		return;
	ask_for_gray(png);
	passes = png_set_interlace_handling(png);
	png_read_update_info(png, info);
	p->channels = png_get_channels(png, info);
	row = png_get_rowbytes(png, info);
	if (p->channels > 2 || row != p->channels * p->out->width)
		png_error(png, "these are other samples");
	p->samples = malloc(row * p->out->height);
	if (p->samples == NULL) {
		p->result = PICTURE_LIMIT;
		return;
	}
	memset(p->samples, 255, row * p->out->height);
	while (passes-- > 0)
		for (size_t y = 0; y < p->out->height; y++)
			png_read_row(png, p->samples + y * row, NULL);
}

/* Viewers show what is transparent as white. */
static void
lay_on_white(const struct png *p)
{
	struct gray *g = p->out;

	for (size_t i = 0; i < g->width * g->height; i++) {
		const unsigned char *s = p->samples + i * p->channels;
		unsigned alpha = p->channels == 2 ? s[1] : 255;

		g->at[i] =
		    (unsigned char)((s[0] * alpha + 255 * (255 - alpha)) / 255);
	}
}

enum picture
picture_png(struct span bytes, uint64_t *left, struct gray *g)
{
	struct png p = { .in = bytes, .left = left, .out = g };
	png_infop info = NULL;
	png_structp png =
	    png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, fault, warning);

	if (png != NULL)
		info = png_create_info_struct(png);
	if (info == NULL) {
		png_destroy_read_struct(&png, NULL, NULL);
		return PICTURE_LIMIT;
	}
	png_set_read_fn(png, &p, take);
	/* Some viewers do not mind a checksum that is wrong. */
	png_set_crc_action(png, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE);
	if (setjmp(png_jmpbuf(png)) == 0)
		read_rows(&p, png, info);
	png_destroy_read_struct(&png, &info, NULL);
	if (p.samples != NULL)
		lay_on_white(&p);
	free(p.samples);
	return p.result;
}
