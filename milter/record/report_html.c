/* SPDX-License-Identifier: ISC */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "milter/base/count.h"
#include "milter/record/report_print.h"
#include "milter/base/banned.h"

/* One file for the screen, for A4 and for an archive: no script, nothing is
 * fetched from anywhere. */
static const char style[] =
    "@page{size:A4 landscape;margin:14mm 12mm}"
    "*{box-sizing:border-box}"
    "body{font:10.5pt/1.65 \"Noto Sans CJK JP\",\"IPAexGothic\",sans-serif;"
    "color:#1c2430;background:#fff;max-width:270mm;margin:0 auto;"
    "padding:8mm 6mm}"
    "header{border-bottom:2.5pt solid #1f3a5f;margin-bottom:6mm;"
    "padding-bottom:4mm}"
    "h1{font-size:18pt;line-height:1.35;margin:0;color:#1f3a5f}"
    "h1 span{display:block;font-size:13pt;font-weight:500;color:#1c2430}"
    "h2{font-size:13pt;color:#1f3a5f;border-left:4pt solid #1f3a5f;"
    "padding-left:3mm;margin:9mm 0 3mm;break-after:avoid}"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:0 5mm;"
    "margin:4mm 0 0}dt{color:#56627a}dd{margin:0}"
    ".good{color:#1b6b3a;font-weight:700}.bad{color:#a31515;"
    "font-weight:700}"
    ".alarm{border:2pt solid #a31515;background:#fdf0f0;padding:3mm 5mm;"
    "margin:0 0 6mm}.alarm p{margin:1mm 0}.alarm li{font-size:9pt;"
    "overflow-wrap:anywhere}"
    ".draft{float:right;border:2pt solid #a31515;color:#a31515;"
    "font-size:20pt;font-weight:700;line-height:1.2;padding:0 5mm}"
    "table{border-collapse:collapse;width:100%;margin:0 0 7mm;"
    "font-size:9pt;line-height:1.45;break-inside:avoid;"
    "font-variant-numeric:tabular-nums}"
    "table.items{width:auto;min-width:120mm}"
    "caption{text-align:left;font-weight:700;font-size:10.5pt;"
    "padding:0 0 1.5mm}caption b{color:#56627a;margin-right:3mm}"
    "th,td{border:.5pt solid #b8c1d1;padding:1mm 2mm}"
    "thead th{background:#e9eef6;font-weight:700;text-align:center;"
    "vertical-align:middle}"
    "tbody th{font-weight:400;text-align:left;white-space:nowrap}"
    "table.items tbody th{white-space:normal}"
    "td{text-align:right;white-space:nowrap}td.text{text-align:left}"
    "td small{color:#56627a;margin-left:1.5mm}"
    "td.zero{color:#98a2b5}"
    "tr.total th,tr.total td{font-weight:700;background:#f5f7fb;"
    "border-top:1.2pt solid #1f3a5f}"
    "section.words li{margin:0 0 1mm}section.words{font-size:9.5pt}"
    "@media print{body{max-width:none;padding:0}h2.system{"
    "break-before:page}h2.system:first-of-type{break-before:auto}"
    "thead th,tr.total th,tr.total td,.alarm{-webkit-print-color-adjust:"
    "exact;print-color-adjust:exact}}";

/* Text is never markup: the five characters of HTML. */
static void
escaped(struct buf *out, const char *text)
{
	static const struct {
		char c;
		const char *name;
	} special[] = { { '&', "&amp;" }, { '<', "&lt;" }, { '>', "&gt;" },
		{ '"', "&quot;" }, { '\'', "&#39;" } };

	for (; *text != '\0'; text++) {
		size_t i = 0;

		while (i < COUNT(special) && special[i].c != *text)
			i++;
		if (i < COUNT(special))
			buf_string(out, special[i].name);
		else
			buf_add(out, text, 1);
	}
}

static void
word(const struct report_tables *t, struct buf *out, enum report_word w)
{
	escaped(out, report_tables_word(t, w));
}

/* Thousands apart, as people read them. */
static void
number(struct buf *out, uint64_t n)
{
	char digits[24];
	int len = snprintf(digits, sizeof digits, "%" PRIu64, n);

	for (int i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			buf_string(out, ",");
		buf_add(out, &digits[i], 1);
	}
}

static void
rate(const struct report_tables *t, struct buf *out,
    const struct report_cell *cell)
{
	char text[REPORT_CELL_ROOM];

	report_tables_percent(t, cell->n, cell->d, text);
	buf_string(out, "<td>");
	escaped(out, text);
	if (cell->d != 0) {
		buf_string(out, "<small>");
		number(out, cell->n);
		buf_string(out, "/");
		number(out, cell->d);
		buf_string(out, "</small>");
	}
	buf_string(out, "</td>");
}

static void
data(const struct report_tables *t, struct buf *out,
    const struct report_cell *cell)
{
	char text[REPORT_CELL_ROOM];

	if (cell->kind == REPORT_CELL_RATE) {
		rate(t, out, cell);
		return;
	}
	if (cell->kind == REPORT_CELL_NUMBER) {
		buf_string(out, cell->n == 0 ? "<td class=\"zero\">" : "<td>");
		number(out, cell->n);
	} else {
		report_tables_text(t, cell, text);
		buf_string(out, "<td class=\"text\">");
		escaped(out, text);
	}
	buf_string(out, "</td>");
}

static void
heading(const struct report_tables *t, struct buf *out, const char *scope,
    const struct report_cell *cell)
{
	char text[REPORT_CELL_ROOM];

	report_tables_text(t, cell, text);
	buf_printf(out, "<th scope=\"%s\">", scope);
	escaped(out, text);
	buf_string(out, "</th>");
}

static void
row(const struct report_tables *t, struct buf *out,
    const struct report_table *table, size_t at)
{
	const struct report_cell *cells = table->cells + at * table->columns;

	buf_string(out, table->has_total && at + 1 == table->rows
			    ? "<tr class=\"total\">"
			    : "<tr>");
	heading(t, out, "row", &cells[0]);
	for (size_t i = 1; i < table->columns; i++)
		data(t, out, &cells[i]);
	buf_string(out, "</tr>\n");
}

static void
nothing(const struct report_tables *t, struct buf *out, size_t columns)
{
	buf_printf(out, "<tr><td class=\"text\" colspan=\"%zu\">", columns);
	word(t, out, REPORT_WORD_none);
	buf_string(out, "</td></tr>\n");
}

static void
table(const struct report_tables *t, struct buf *out,
    const struct report_table *table)
{
	buf_string(out,
	    table->columns == 2 ? "<table class=\"items\">" : "<table>");
	buf_string(out, "<caption><b>");
	escaped(out, table->number);
	buf_string(out, "</b>");
	word(t, out, table->title);
	buf_string(out, "</caption>\n<thead><tr>");
	for (size_t i = 0; i < table->columns; i++)
		heading(t, out, "col", &table->heads[i]);
	buf_string(out, "</tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < table->rows; i++)
		row(t, out, table, i);
	if (table->rows == 0)
		nothing(t, out, table->columns);
	buf_string(out, "</tbody></table>\n");
}

static void
fact(const struct report_tables *t, struct buf *out, enum report_word name,
    const char *text)
{
	buf_string(out, "<dt>");
	word(t, out, name);
	buf_string(out, "</dt><dd>");
	escaped(out, text);
	buf_string(out, "</dd>\n");
}

static void
period(const struct report_tables *t, struct buf *out)
{
	const struct report *r = t->report;
	int64_t as_of = r->as_of != 0 ? r->as_of - 1 : r->last;
	char first[REPORT_YEAR_TEXT], last[REPORT_YEAR_TEXT],
	    text[REPORT_CELL_ROOM];

	report_tables_day(t, r->begin, first);
	report_tables_day(t, r->end - 1, last);
	snprintf(text, sizeof text, t->japanese ? "%sから%sまで" : "%s to %s",
	    first, last);
	fact(t, out, REPORT_WORD_period, text);
	if (as_of == 0)
		return;
	report_tables_day(t, as_of, first);
	fact(t, out, REPORT_WORD_as_of, first);
}

static void
state(const struct report_tables *t, struct buf *out)
{
	const struct journal_report *j = &t->report->journal;

	buf_string(out, "<dt>");
	word(t, out, REPORT_WORD_journal_state);
	buf_string(out, "</dt>");
	if (j->faults_count > 0) {
		buf_string(out, "<dd class=\"bad\">");
		word(t, out, REPORT_WORD_state_bad);
	} else if (j->lines == 0) {
		buf_string(out, "<dd>");
		word(t, out, REPORT_WORD_state_empty);
	} else {
		buf_string(out, "<dd class=\"good\">");
		word(t, out, REPORT_WORD_state_good);
	}
	buf_string(out, "</dd>\n");
}

static void
top(const struct report_tables *t, struct buf *out)
{
	const struct report *r = t->report;
	char label[REPORT_YEAR_TEXT];

	report_year_label(r->year, t->japanese, label);
	buf_printf(out,
	    "<!DOCTYPE html>\n<html lang=\"%s\"><head>"
	    "<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
	    "content=\"width=device-width\">\n<title>",
	    t->japanese ? "ja" : "en");
	word(t, out, REPORT_WORD_title);
	buf_printf(out, " %s</title>\n<style>%s</style></head>\n<body>\n",
	    label, style);
	buf_string(out, "<header>");
	if (r->draft) {
		buf_string(out, "<div class=\"draft\">");
		word(t, out, REPORT_WORD_draft);
		buf_string(out, "</div>");
	}
	buf_string(out, "<h1><span>");
	escaped(out, label);
	buf_string(out, "</span>");
	word(t, out, REPORT_WORD_title);
	buf_string(out, "</h1>\n<dl>\n");
	period(t, out);
	state(t, out);
	buf_string(out, "</dl></header>\n");
}

static void
alarm_box(const struct report_tables *t, struct buf *out)
{
	const struct journal_report *j = &t->report->journal;
	size_t shown = j->faults_count < 20 ? j->faults_count : 20;

	if (j->faults_count == 0)
		return;
	buf_string(out, "<div class=\"alarm\"><p class=\"bad\">");
	word(t, out, REPORT_WORD_state_bad);
	buf_string(out, "</p><p>");
	word(t, out, REPORT_WORD_fault_text);
	buf_string(out, "</p><ul>\n");
	for (size_t i = 0; i < shown; i++) {
		buf_string(out, "<li>");
		escaped(out, j->faults[i].text);
		buf_string(out, "</li>\n");
	}
	if (shown < j->faults_count) {
		buf_string(out, "<li>");
		word(t, out, REPORT_WORD_faults_more);
		buf_printf(out, " %zu</li>\n", j->faults_count - shown);
	}
	buf_string(out, "</ul></div>\n");
}

static void
definitions(const struct report_tables *t, struct buf *out)
{
	static const enum report_word words[] = { REPORT_WORD_def_source,
		REPORT_WORD_def_rate, REPORT_WORD_def_inspected,
		REPORT_WORD_def_uninspectable, REPORT_WORD_def_verdicts,
		REPORT_WORD_def_birth, REPORT_WORD_def_transport,
		REPORT_WORD_def_encryption, REPORT_WORD_def_fresh };

	buf_string(out, "<section class=\"words\"><h2>");
	word(t, out, REPORT_WORD_definitions);
	buf_string(out, "</h2><ol>\n");
	for (size_t i = 0; i < COUNT(words); i++) {
		buf_string(out, "<li>");
		word(t, out, words[i]);
		buf_string(out, "</li>\n");
	}
	buf_string(out, "</ol></section>\n");
}

void
report_html(const struct report_tables *t, struct buf *out)
{
	const char *system = "";

	top(t, out);
	alarm_box(t, out);
	if (t->report->systems_count == 0) {
		buf_string(out, "<p>");
		word(t, out, REPORT_WORD_no_systems);
		buf_string(out, "</p>\n");
	}
	for (size_t i = 0; i < t->count; i++) {
		const char *of = t->tables[i].system;

		if (of != NULL && strcmp(of, system) != 0) {
			system = of;
			buf_string(out, "<h2 class=\"system\">");
			word(t, out, REPORT_WORD_system_id);
			buf_string(out, ": ");
			escaped(out, of);
			buf_string(out, "</h2>\n");
		}
		table(t, out, &t->tables[i]);
	}
	definitions(t, out);
	buf_string(out, "</body></html>\n");
}
