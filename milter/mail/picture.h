/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_PICTURE_H
#define SKM_MAIL_PICTURE_H

#include <stdint.h>

#include "milter/mail/span.h"

/*
 * Pictures as shades of gray, to look for codes in them: PNG, JPEG and BMP.
 * What a broken picture shows before its fault is read, as viewers do.
 */
struct gray {
	size_t width, height; /* pixels */
	unsigned char *at; /* rows from the top; 0 is black. Free with
			    * gray_free() */
};

enum picture {
	PICTURE_NOT, /* no picture, none that is known, or too small to matter */
	PICTURE_READ,
	PICTURE_LIMIT /* it would take more pixels or memory than are left */
};

/* Does it begin as a picture that is known here? */
bool picture_is(struct span bytes);

/*
 * Decodes a picture and takes what that costs off *left, in pixels. *g is
 * white where nothing was read; on any result but PICTURE_READ it is empty.
 */
enum picture picture_read(struct span bytes, uint64_t *left, struct gray *g);

/* A white one for cost pixels of *left, of a size that can hold a code. */
enum picture gray_new(struct gray *g, uint64_t width, uint64_t height,
    uint64_t cost, uint64_t *left);

/* Is there nothing to see: nearly one shade? */
bool gray_flat(const struct gray *g);

/* Makes black white. */
void gray_invert(struct gray *g);

/* Makes it so small that no side is longer than most pixels: whole squares of
 * pixels become one, of their mean shade. */
void gray_shrink(struct gray *g, size_t most);

/* The shade of red, green and blue, each 0 to 255 (ITU-R BT.601). */
unsigned char gray_shade(unsigned red, unsigned green, unsigned blue);

/* Empties it. */
void gray_free(struct gray *g);

/* The decoders of picture_read(), one format each. */
enum picture picture_png(struct span bytes, uint64_t *left, struct gray *g);
enum picture picture_jpeg(struct span bytes, uint64_t *left, struct gray *g);
enum picture picture_bmp(struct span bytes, uint64_t *left, struct gray *g);

/* Sides of a picture: a code has at least 21 modules of 2 pixels and its
 * margin; larger ones are shrunk before they are looked at. */
enum { PICTURE_SIDE_LEAST = 50, PICTURE_SIDE_GOOD = 2000 };

#endif
