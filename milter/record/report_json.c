/* SPDX-License-Identifier: ISC */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "milter/base/clock.h"
#include "milter/record/report_print.h"
#include "milter/base/banned.h"

static json_t *
month(uint64_t n)
{
	return json_sprintf("%04d-%02d", (int)(n / 100), (int)(n % 100));
}

static json_t *
value(const struct report_tables *t, const struct report_cell *cell)
{
	char text[REPORT_CELL_ROOM];

	switch (cell->kind) {
	case REPORT_CELL_WORD:
		return json_string(report_tables_key(cell->word));
	case REPORT_CELL_TEXT:
		return json_string(cell->text);
	case REPORT_CELL_MONTH:
		return month(cell->n);
	case REPORT_CELL_NUMBER:
		return json_integer((json_int_t)cell->n);
	case REPORT_CELL_RATE:
		break;
	}
	report_tables_percent(t, cell->n, cell->d, text);
	return json_pack("{s:I,s:I,s:s}", "numerator", (json_int_t)cell->n,
	    "denominator", (json_int_t)cell->d, "percent", text);
}

static void
set_cell(const struct report_tables *t, json_t *row,
    const struct report_cell *head, const struct report_cell *cell)
{
	char key[16];

	if (head->kind == REPORT_CELL_MONTH)
		snprintf(key, sizeof key, "%04d-%02d", (int)(head->n / 100),
		    (int)(head->n % 100));
	json_object_set_new(row,
	    head->kind == REPORT_CELL_MONTH ? key
					    : report_tables_key(head->word),
	    value(t, cell));
}

static json_t *
table(const struct report_tables *t, const struct report_table *table)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < table->rows; i++) {
		json_t *row = json_object();

		for (size_t j = 0; j < table->columns; j++)
			set_cell(t, row, &table->heads[j],
			    &table->cells[i * table->columns + j]);
		json_array_append_new(rows, row);
	}
	return json_pack("{s:s,s:s,s:s,s:s?,s:o}", "table", table->number,
	    "name", report_tables_key(table->title), "title",
	    report_tables_word(t, table->title), "system_id", table->system,
	    "rows", rows);
}

static json_t *
faults(const struct report *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->journal.faults_count && i < 100; i++)
		json_array_append_new(list,
		    json_string(r->journal.faults[i].text));
	return list;
}

static void
set_time(json_t *o, const char *key, int64_t time)
{
	char text[CLOCK_TEXT];

	clock_text(time, text);
	json_object_set_new(o, key,
	    time != 0 ? json_string(text) : json_null());
}

void
report_json(const struct report_tables *t, struct buf *out)
{
	const struct report *r = t->report;
	json_t *all = json_object(), *tables = json_array();
	char label[REPORT_YEAR_TEXT], *text;

	report_year_label(r->year, t->japanese, label);
	json_object_set_new(all, "schema", json_string("sekimori-report/1"));
	json_object_set_new(all, "fiscal_year", json_integer(r->year));
	json_object_set_new(all, "label", json_string(label));
	json_object_set_new(all, "draft", json_boolean(r->draft));
	set_time(all, "begin", r->begin);
	set_time(all, "end", r->end);
	set_time(all, "as_of", r->as_of != 0 ? r->as_of : r->last);
	json_object_set_new(all, "verified",
	    json_boolean(r->journal.faults_count == 0));
	json_object_set_new(all, "faults", faults(r));
	for (size_t i = 0; i < t->count; i++)
		json_array_append_new(tables, table(t, &t->tables[i]));
	json_object_set_new(all, "tables", tables);
	text = json_dumps(all, JSON_INDENT(1));
	if (text != NULL) {
		buf_string(out, text);
		buf_string(out, "\n");
	}
	free(text);
	json_decref(all);
}
