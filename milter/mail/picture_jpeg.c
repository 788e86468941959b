/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <jpeglib.h>
#include <jerror.h>

#include "milter/mail/picture.h"
#include "milter/base/banned.h"

enum {
	SCANS_MOST = 100, /* of a progressive one; honest ones have some ten */
	EIGHTHS = 8, /* the library shrinks to so many of them */
	CHEAPER = 4 /* so many pixels of the file cost what one of ours does */
};

/* What coefficients of a progressive picture may take, bytes. */
#define MEMORY (256L << 20)

/* One picture on its way. It lives outside of the function that setjmp()
 * returns to, so that none of it is lost there. */
struct jpeg {
	struct jpeg_decompress_struct d;
	struct jpeg_error_mgr errors;
	struct jpeg_progress_mgr progress;
	jmp_buf fault;
	uint64_t *left;
	struct gray *out;
	unsigned char *row; /* of four inks, or NULL */
	enum picture result;
};

static void
fault(j_common_ptr d)
{
	struct jpeg *j = d->client_data;

	if (d->err->msg_code == JERR_OUT_OF_MEMORY ||
	    d->err->msg_code == JERR_NO_BACKING_STORE)
		j->result = PICTURE_LIMIT;
	longjmp(j->fault, 1);
}

static void
message(j_common_ptr d, int level)
{
	(void)d, (void)level;
}

/* A few bytes are a scan over the whole picture. */
static void
count_scans(j_common_ptr d)
{
	struct jpeg *j = d->client_data;

	if (j->d.input_scan_number > SCANS_MOST)
		longjmp(j->fault, 1);
}

/* As small as still shows a code, and in gray if the library can. */
static void
choose_output(struct jpeg *j)
{
	struct jpeg_decompress_struct *d = &j->d;

	for (d->scale_num = d->scale_denom = EIGHTHS; d->scale_num > 1;
	     d->scale_num /= 2) {
		jpeg_calc_output_dimensions(d);
		if (d->output_width <= PICTURE_SIDE_GOOD &&
		    d->output_height <= PICTURE_SIDE_GOOD)
			break;
	}
	d->dct_method = JDCT_IFAST;
	d->do_fancy_upsampling = FALSE;
	d->out_color_space = d->num_components == 4 ? JCS_CMYK : JCS_GRAYSCALE;
	jpeg_calc_output_dimensions(d);
}

/* Inks as Adobe's programs write them: 255 is none. */
static void
mix_inks(struct gray *g, size_t y, const unsigned char *inks)
{
	for (size_t x = 0; x < g->width; x++, inks += 4)
		g->at[y * g->width + x] = gray_shade(inks[0] * inks[3] / 255u,
		    inks[1] * inks[3] / 255u, inks[2] * inks[3] / 255u);
}

static void
read_rows(struct jpeg *j)
{
	struct jpeg_decompress_struct *d = &j->d;
	struct gray *g = j->out;

	while (d->output_scanline < d->output_height) {
		size_t y = d->output_scanline;
		JSAMPROW row = j->row == NULL ? g->at + y * g->width : j->row;

		if (jpeg_read_scanlines(d, &row, 1) != 1)
			return;
		if (j->row != NULL)
			mix_inks(g, y, j->row);
	}
}

static void
decode(struct jpeg *j, struct span bytes)
{
	struct jpeg_decompress_struct *d = &j->d;
	uint64_t pixels, cost;

	jpeg_create_decompress(d);
	j->progress.progress_monitor = count_scans;
	d->progress = &j->progress;
	d->mem->max_memory_to_use = MEMORY;
	jpeg_mem_src(d, bytes.at, bytes.len);
	(void)jpeg_read_header(d, TRUE);
	choose_output(j);
	pixels = (uint64_t)d->image_width * d->image_height;
	cost = (uint64_t)d->output_width * d->output_height;
	if (jpeg_has_multiple_scans(d))
		cost = pixels; /* all of them are kept */
	else if (cost < pixels / CHEAPER)
		cost = pixels / CHEAPER;
	j->result =
	    gray_new(j->out, d->output_width, d->output_height, cost, j->left);
	if (j->result != PICTURE_READ)
		return;
	if (d->out_color_space == JCS_CMYK)
		j->row = malloc(j->out->width * 4);
	if (d->out_color_space == JCS_CMYK && j->row == NULL)
		j->result = PICTURE_LIMIT;
	else if (jpeg_start_decompress(d))
		read_rows(j);
}

enum picture
picture_jpeg(struct span bytes, uint64_t *left, struct gray *g)
{
	struct jpeg j = { .left = left, .out = g };

	j.d.err = jpeg_std_error(&j.errors);
	j.d.client_data = &j;
	j.errors.error_exit = fault;
	j.errors.emit_message = message;
	if (setjmp(j.fault) == 0)
		decode(&j, bytes);
	jpeg_destroy_decompress(&j.d);
	free(j.row);
	return j.result;
}
