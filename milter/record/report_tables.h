/* SPDX-License-Identifier: ISC */
#ifndef SKM_RECORD_REPORT_TABLES_H
#define SKM_RECORD_REPORT_TABLES_H

#include "milter/base/arena.h"
#include "milter/record/report.h"

/*
 * The figures as tables of cells, in a form that knows no language and no
 * output: HTML, CSV and JSON print the same tables, so that they cannot
 * differ. Every word is a row of report_words.def.
 */
enum report_word {
#define WORD(key, en, ja) REPORT_WORD_##key,
#include "milter/record/report_words.def"
#undef WORD
	REPORT_WORD_COUNT
};

enum report_cell_kind {
	REPORT_CELL_WORD,
	REPORT_CELL_TEXT, /* a name; not escaped */
	REPORT_CELL_MONTH, /* n: year * 100 + month */
	REPORT_CELL_NUMBER,
	REPORT_CELL_RATE /* n of d */
};

struct report_cell {
	enum report_cell_kind kind;
	enum report_word word;
	const char *text;
	uint64_t n, d;
};

struct report_table {
	const char *number; /* "T5-8": of the ministry's report */
	enum report_word title;
	const char *system; /* or NULL: of all */
	size_t columns, rows;
	struct report_cell *heads; /* [columns] */
	struct report_cell *cells; /* [rows * columns]; first: the row's name */
	bool has_total; /* the last row is the sum */
};

struct report_tables {
	const struct report *report;
	bool japanese;
	struct report_table *tables;
	size_t count;
};

/* All tables of the figures, alive as long as the arena and r. */
struct report_tables *
report_tables_make(struct arena *a, const struct report *r, bool japanese);

enum { REPORT_CELL_ROOM = 256 };

/* A word in the report's language. */
const char *
report_tables_word(const struct report_tables *t, enum report_word word);

/* The key of a word: its name in JSON. */
const char *report_tables_key(enum report_word word);

/*
 * A cell as plain text: "1234"; of a rate "99.9% (2359/2360)", truncated to
 * 0.1, 100% only if both are equal, and a word for 0 of 0. A month is "4月"
 * or "April".
 */
void report_tables_text(const struct report_tables *t,
    const struct report_cell *cell, char text[REPORT_CELL_ROOM]);

/* The percentage of n in d as above without the fraction behind it. */
void report_tables_percent(const struct report_tables *t, uint64_t n,
    uint64_t d, char text[REPORT_CELL_ROOM]);

/* The period and the day of the report in words. */
void report_tables_day(const struct report_tables *t, int64_t time,
    char text[REPORT_YEAR_TEXT]);

#endif
