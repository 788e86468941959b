/* SPDX-License-Identifier: ISC */
#include <ctype.h>
#include <string.h>
#include <zbar.h>

#include "milter/mail/charset.h"
#include "milter/mail/link.h"
#include "milter/mail/plain.h"
#include "milter/mail/qr.h"
#include "milter/base/banned.h"

enum {
	TEXT_MOST = 8000, /* bytes; one code holds less than 3,000 */
	SIDE_SMALL = 800, /* at which blurred codes are found, and noise not */
	SECONDS = 3 /* for one message: one picture made for it takes more */
};

/* Did a code of the part lead there already? The same picture is tried at
 * several sizes, and a file may hold it twice. */
static bool
is_known(const struct node *n, const char *text)
{
	for (const struct link *l = n->part.links; l != NULL; l = l->next)
		if (l->way == LINK_DRAWN && strcmp(l->shown, text) == 0)
			return true;
	return false;
}

/* "example.net/a", which telephones open too. */
static bool
is_bare(const char *text)
{
	size_t host =
	    strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			 "0123456789-.");

	return text[host] == '/' && memchr(text, '.', host) != NULL &&
	       isalpha((unsigned char)text[host - 1]) &&
	       text[strcspn(text, " \t\r\n")] == '\0';
}

static void
add(struct reading *r, struct node *n, const zbar_symbol_t *code)
{
	struct span s = { (const unsigned char *)zbar_symbol_get_data(code),
		zbar_symbol_get_data_length(code) };
	const char *text;

	if (s.at == NULL || s.len > TEXT_MOST)
		return;
	text = charset_decode(r->message->arena, "", s, NULL);
	if (is_known(n, text))
		return;
	if (is_bare(text))
		link_add(r, n,
		    arena_printf(r->message->arena, "http://%s", text), text,
		    LINK_DRAWN);
	else
		plain_links(r, n, text, LINK_DRAWN);
}

/* In large pictures every second line is enough for modules of two pixels; the
 * library compares all corners that it sees with each other. */
static void
choose_lines(zbar_image_scanner_t *s, const struct gray *g)
{
	int step = g->width > SIDE_SMALL || g->height > SIDE_SMALL ? 2 : 1;

	(void)zbar_image_scanner_set_config(s, 0, ZBAR_CFG_X_DENSITY, step);
	(void)zbar_image_scanner_set_config(s, 0, ZBAR_CFG_Y_DENSITY, step);
}

/* Looks for codes in the picture as it is; false if there is none. */
static bool
look(struct reading *r, struct node *n, zbar_image_scanner_t *scanner,
    const struct gray *g)
{
	zbar_image_t *image = zbar_image_create();
	const zbar_symbol_t *code;
	bool found = false;

	if (image == NULL)
		return false;
	choose_lines(scanner, g);
	zbar_image_set_format(image, zbar_fourcc('Y', '8', '0', '0'));
	zbar_image_set_size(image, (unsigned)g->width, (unsigned)g->height);
	zbar_image_set_data(image, g->at, g->width * g->height, NULL);
	if (zbar_scan_image(scanner, image) > 0)
		for (code = zbar_image_first_symbol(image); code != NULL;
		     code = zbar_symbol_next(code)) {
			found = true;
			add(r, n, code);
		}
	zbar_image_destroy(image);
	return found;
}

/* Only QR codes, and their bytes as they stand: what the library would make of
 * them needs tables that are not in the cage. */
static zbar_image_scanner_t *
open_scanner(void)
{
	zbar_image_scanner_t *s = zbar_image_scanner_create();

	if (s == NULL)
		return NULL;
	(void)zbar_image_scanner_set_config(s, 0, ZBAR_CFG_ENABLE, 0);
	(void)zbar_image_scanner_set_config(s, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
	(void)zbar_image_scanner_set_config(s, ZBAR_QRCODE, ZBAR_CFG_BINARY, 1);
	return s;
}

/* At two sizes, and inverted. */
static void
look_closely(struct reading *r, struct node *n, struct gray *g)
{
	zbar_image_scanner_t *scanner = open_scanner();

	if (scanner == NULL)
		return;
	gray_shrink(g, PICTURE_SIDE_GOOD);
	if (!look(r, n, scanner, g)) {
		gray_shrink(g, SIDE_SMALL);
		if (!look(r, n, scanner, g)) {
			gray_invert(g);
			(void)look(r, n, scanner, g);
		}
	}
	zbar_image_scanner_destroy(scanner);
}

void
qr_look(struct reading *r, struct node *n, enum picture result, struct gray *g)
{
	clock_t begin = clock();

	if (result == PICTURE_LIMIT)
		reading_mark(r, n, MARK_PICTURES, n->whole.at,
		    "scan_pictures: %zu", r->limits->pixels);
	else if (result == PICTURE_READ && r->looked > SECONDS * CLOCKS_PER_SEC)
		reading_mark(r, n, MARK_PICTURES, n->whole.at,
		    "QR codes: %d seconds", SECONDS);
	else if (result == PICTURE_READ && !gray_flat(g))
		look_closely(r, n, g);
	r->looked += clock() - begin;
	gray_free(g);
}

void
qr_read(struct reading *r, struct node *n, struct span bytes)
{
	struct gray g = { .at = NULL };

	if (r->limits->pixels > 0 && picture_is(bytes))
		qr_look(r, n, picture_read(bytes, &r->pixels, &g), &g);
}
