/* SPDX-License-Identifier: ISC */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "milter/base/count.h"
#include "milter/record/report_tables.h"
#include "milter/base/banned.h"

static const struct {
	const char *key, *en, *ja;
} words[] = {
#define WORD(key, en, ja) { #key, en, ja },
#include "milter/record/report_words.def"
#undef WORD
};

const char *
report_tables_word(const struct report_tables *t, enum report_word word)
{
	return t->japanese ? words[word].ja : words[word].en;
}

const char *
report_tables_key(enum report_word word)
{
	return words[word].key;
}

void
report_tables_percent(const struct report_tables *t, uint64_t n, uint64_t d,
    char text[REPORT_CELL_ROOM])
{
	/* Truncated: 2,359 of 2,360 are 99.9 %, not all. */
	uint64_t permille = d == 0 ? 0 : (uint64_t)((__uint128_t)n * 1000 / d);

	if (d == 0)
		snprintf(text, REPORT_CELL_ROOM, "%s",
		    report_tables_word(t, REPORT_WORD_none));
	else if (n == d)
		snprintf(text, REPORT_CELL_ROOM, "100%%");
	else
		snprintf(text, REPORT_CELL_ROOM, "%" PRIu64 ".%d%%",
		    permille / 10, (int)(permille % 10));
}

static void
month_text(const struct report_tables *t, uint64_t month,
    char text[REPORT_CELL_ROOM])
{
	static const char *const names[] = { "January", "February", "March",
		"April", "May", "June", "July", "August", "September",
		"October", "November", "December" };

	if (t->japanese)
		snprintf(text, REPORT_CELL_ROOM, "%d月", (int)(month % 100));
	else
		snprintf(text, REPORT_CELL_ROOM, "%s", names[month % 100 - 1]);
}

void
report_tables_text(const struct report_tables *t,
    const struct report_cell *cell, char text[REPORT_CELL_ROOM])
{
	size_t len;

	switch (cell->kind) {
	case REPORT_CELL_WORD:
		snprintf(text, REPORT_CELL_ROOM, "%s",
		    report_tables_word(t, cell->word));
		break;
	case REPORT_CELL_TEXT:
		snprintf(text, REPORT_CELL_ROOM, "%s", cell->text);
		break;
	case REPORT_CELL_MONTH:
		month_text(t, cell->n, text);
		break;
	case REPORT_CELL_NUMBER:
		snprintf(text, REPORT_CELL_ROOM, "%" PRIu64, cell->n);
		break;
	case REPORT_CELL_RATE:
		report_tables_percent(t, cell->n, cell->d, text);
		len = strlen(text);
		if (cell->d != 0)
			snprintf(text + len, REPORT_CELL_ROOM - len,
			    " (%" PRIu64 "/%" PRIu64 ")", cell->n, cell->d);
		break;
	}
}

void
report_tables_day(const struct report_tables *t, int64_t time,
    char text[REPORT_YEAR_TEXT])
{
	if (t->japanese)
		report_year_day_ja(time, true, text);
	else
		report_year_day_en(time, text);
}
