/* SPDX-License-Identifier: ISC */
#ifndef SKM_INSPECT_RECORDS_H
#define SKM_INSPECT_RECORDS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Tables of persons: rows with a name and a date of birth, an address or a
 * telephone, counted and never kept.
 *
 * A table is known by its headings (氏名, 生年月日 ...), and its rows by what
 * stands below them; without headings by rows with a Japanese name and a date
 * of birth, or an address and a telephone. Few rows are a letter's signature
 * or the members of a meeting. A record may also stand one cell below another
 * (氏名：..., 生年月日：...), which is how mail programs write tables as text.
 */
enum records_kind {
	RECORDS_BIRTH,
	RECORDS_ADDRESS,
	RECORDS_PHONE,
	RECORDS_KINDS
};

struct records {
	bool headed;
	int name; /* columns */
	int columns[RECORDS_KINDS]; /* -1: there is none */
	int below; /* how many lines below a name may still be its own */
	size_t rows; /* with a name and one of the others */
	size_t kinds[RECORDS_KINDS]; /* rows with it */
};

/* Nothing was read yet. */
struct records records_begin(void);

/* Looks at a line as fold_line() makes it, and takes it apart. Cells are
 * parted by tabs, else commas, bars, semicolons or two blanks. */
void records_line(struct records *r, char *line);

/* How many rows count, 0 when they are too few. */
size_t records_rows(const struct records *r);

#endif
