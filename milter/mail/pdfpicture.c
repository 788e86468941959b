/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "milter/mail/pdfpicture.h"
#include "milter/mail/pdftext.h"
#include "milter/mail/qr.h"
#include "milter/base/banned.h"

enum { SIDE_MOST = 65535, COLOURS_MOST = 4 };

/* Plain samples: rows of pixels of so many colours of so many bits. */
struct samples {
	size_t width, height, bits, colours;
	size_t row; /* bytes */
};

static size_t
number(const char *line, const char *name, const char *shorter, size_t other)
{
	const char *value = pdftext_entry(line, name, 0);
	unsigned long n;

	if (value == NULL)
		value = pdftext_entry(line, shorter, 0);
	n = value == NULL ? other : strtoul(value, NULL, 10);
	return n > SIDE_MOST ? SIDE_MOST + 1 : n;
}

static struct samples
shape_of(const char *line)
{
	return (struct samples){
		.width = number(line, "/Width", "/W", 0),
		.height = number(line, "/Height", "/H", 0),
		.bits = number(line, "/BitsPerComponent", "/BPC", 1),
	};
}

/* How many colours there are is told by how many bytes there are: what a
 * colour space is called may lie in other objects. */
static bool
count_colours(struct samples *s, size_t bytes)
{
	if (s->bits != 1 && s->bits != 2 && s->bits != 4 && s->bits != 8 &&
	    s->bits != 16)
		return false;
	for (s->colours = COLOURS_MOST; s->colours > 0; s->colours--) {
		s->row = (s->width * s->colours * s->bits + 7) / 8;
		if (s->colours != 2 && s->row * s->height <= bytes)
			return true;
	}
	return false;
}

/* A sample from 0 to 255; of 16 bits, the upper half. */
static unsigned
sample(const struct samples *s, const unsigned char *row, size_t i)
{
	size_t bit = i * s->bits;

	if (s->bits >= 8)
		return row[bit / 8];
	return (row[bit / 8] >> (8 - s->bits - bit % 8) &
		   ((1u << s->bits) - 1)) *
	       255 / ((1u << s->bits) - 1);
}

static unsigned char
shade(const struct samples *s, const unsigned char *row, size_t x)
{
	unsigned c[COLOURS_MOST];

	for (size_t i = 0; i < s->colours; i++)
		c[i] = sample(s, row, x * s->colours + i);
	if (s->colours == 1)
		return (unsigned char)c[0];
	if (s->colours == 4) /* inks, and black as the last */
		for (size_t i = 0; i < 3; i++)
			c[i] = (255 - c[i]) * (255 - c[3]) / 255;
	return gray_shade(c[0], c[1], c[2]);
}

/* Places in a palette, which is not read here, say that two pixels differ and
 * not how much. */
static void
stretch(struct gray *g)
{
	size_t count = g->width * g->height;
	unsigned least = 255, most = 0;

	for (size_t i = 0; i < count; i++) {
		least = g->at[i] < least ? g->at[i] : least;
		most = g->at[i] > most ? g->at[i] : most;
	}
	for (size_t i = 0; i < count && most > least; i++)
		g->at[i] =
		    (unsigned char)((g->at[i] - least) * 255 / (most - least));
}

static enum picture
read_samples(struct pdfstream *p, const char *line, const struct buf *bytes,
    struct gray *g)
{
	struct samples s = shape_of(line);
	enum picture result;

	if (!count_colours(&s, bytes->len))
		return PICTURE_NOT;
	result =
	    gray_new(g, s.width, s.height, s.width * s.height, &p->r->pixels);
	if (result != PICTURE_READ)
		return result;
	for (size_t y = 0; y < g->height; y++)
		for (size_t x = 0; x < g->width; x++)
			g->at[y * g->width + x] =
			    shade(&s, bytes->data + y * s.row, x);
	if (strstr(line, "/Indexed ") != NULL)
		stretch(g);
	return PICTURE_READ;
}

static void
use(void *owner, const struct pdfobject *o, const char *line,
    const struct buf *bytes)
{
	struct span s = { (const unsigned char *)buf_text(bytes), bytes->len };
	struct pdfstream *p = owner;
	struct gray g = { .at = NULL };

	(void)o;
	qr_look(p->r, p->n,
	    picture_is(s) ? picture_read(s, &p->r->pixels, &g)
			  : read_samples(p, line, bytes, &g),
	    &g);
}

/* Could a code be in it, and are its pixels left? */
static bool
matters(struct pdfstream *p, const char *line)
{
	const char *kind = pdftext_entry(line, "/Subtype", 0);
	struct samples s = shape_of(line);
	struct gray none = { .at = NULL };

	if (kind == NULL || strncmp(kind, "/Image ", 7) != 0 ||
	    s.width < PICTURE_SIDE_LEAST || s.height < PICTURE_SIDE_LEAST)
		return false;
	if (p->r->pixels > 0)
		return true;
	qr_look(p->r, p->n, PICTURE_LIMIT, &none);
	return false;
}

void
pdfpicture_read(struct pdfstream *p)
{
	if (p->r->limits->pixels == 0)
		return;
	for (size_t i = 0; i < p->doc.count; i++) {
		const struct pdfobject *o = pdfdoc_object(&p->doc, i);

		if (o->stream.at != NULL && matters(p, pdfdoc_line(&p->doc, o)))
			pdfstream_read(p, i, PDFSTREAM_PICTURE, use, p);
	}
}
