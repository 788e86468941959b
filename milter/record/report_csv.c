/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/record/report_print.h"
#include "milter/base/banned.h"

/* Quoted where RFC 4180 wants it. A name that begins like a formula would be
 * calculated by who opens the file: an apostrophe makes it text. */
static void
field(struct buf *out, const char *text)
{
	bool quoted = strpbrk(text, ",\"\r\n") != NULL;

	if (quoted)
		buf_string(out, "\"");
	if (strchr("=+-@\t", text[0]) != NULL && text[0] != '\0' &&
	    strcmp(text, "- (none)") != 0)
		buf_string(out, "'");
	for (; *text != '\0'; text++) {
		if (*text == '"')
			buf_string(out, "\"");
		buf_add(out, text, 1);
	}
	if (quoted)
		buf_string(out, "\"");
}

static void
row(const struct report_tables *t, struct buf *out,
    const struct report_cell *cells, size_t count)
{
	char text[REPORT_CELL_ROOM];

	for (size_t i = 0; i < count; i++) {
		report_tables_text(t, &cells[i], text);
		if (i > 0)
			buf_string(out, ",");
		field(out, text);
	}
	buf_string(out, "\r\n");
}

static void
pair(const struct report_tables *t, struct buf *out, enum report_word word,
    const char *value)
{
	field(out, report_tables_word(t, word));
	buf_string(out, ",");
	field(out, value);
	buf_string(out, "\r\n");
}

static void
table(const struct report_tables *t, struct buf *out,
    const struct report_table *table)
{
	buf_string(out, "\r\n");
	field(out, table->number);
	buf_string(out, ",");
	field(out, report_tables_word(t, table->title));
	if (table->system != NULL) {
		buf_string(out, ",");
		field(out, table->system);
	}
	buf_string(out, "\r\n");
	row(t, out, table->heads, table->columns);
	for (size_t i = 0; i < table->rows; i++)
		row(t, out, table->cells + i * table->columns, table->columns);
}

static void
top(const struct report_tables *t, struct buf *out)
{
	const struct report *r = t->report;
	int64_t as_of = r->as_of != 0 ? r->as_of - 1 : r->last;
	char text[REPORT_YEAR_TEXT];

	field(out, report_tables_word(t, REPORT_WORD_title));
	buf_string(out, "\r\n");
	if (r->draft)
		pair(t, out, REPORT_WORD_draft, "");
	report_year_label(r->year, t->japanese, text);
	pair(t, out, REPORT_WORD_fiscal_year, text);
	if (as_of != 0) {
		report_tables_day(t, as_of, text);
		pair(t, out, REPORT_WORD_as_of, text);
	}
	if (r->systems_count == 0)
		pair(t, out, REPORT_WORD_no_systems, "");
	if (r->journal.faults_count == 0)
		return;
	pair(t, out, REPORT_WORD_state_bad,
	    report_tables_word(t, REPORT_WORD_fault_text));
	for (size_t i = 0; i < r->journal.faults_count && i < 100; i++)
		pair(t, out, REPORT_WORD_faults, r->journal.faults[i].text);
}

void
report_csv(const struct report_tables *t, struct buf *out)
{
	buf_string(out, "\xef\xbb\xbf");
	top(t, out);
	for (size_t i = 0; i < t->count; i++)
		table(t, out, &t->tables[i]);
}
