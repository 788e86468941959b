/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "milter/base/command.h"
#include "milter/base/count.h"
#include "milter/base/file.h"
#include "milter/base/hash.h"
#include "milter/record/report.h"
#include "milter/record/report_commands.h"
#include "milter/record/report_print.h"
#include "milter/record/who.h"
#include "milter/base/banned.h"

enum {
	ARENA_BYTES = 64 << 20, /* 64 systems with all their names: 10 MB */
	OUTPUT_BYTES = 256 << 20
};

static const struct format {
	const char *name;
	void (*print)(const struct report_tables *t, struct buf *out);
} formats[] = {
	{ "html", report_html },
	{ "csv", report_csv },
	{ "json", report_json },
};

/* What was asked for. */
struct order {
	struct report report;
	const char *lang;
	const struct format *format;
};

static int
usage(const char *text, const char *what)
{
	fprintf(stderr, "sekimorictl report: %s%s\n", text, what);
	return COMMAND_USAGE;
}

static int
read_as_of(struct order *o, const char *text)
{
	if (text == NULL)
		return COMMAND_OK;
	o->report.as_of = report_year_day_end(text);
	if (o->report.as_of == -1)
		return usage("--as-of wants a day, YYYY-MM-DD, not ", text);
	return COMMAND_OK;
}

static int
read_words(struct order *o, const char *lang, const char *format)
{
	o->lang = lang != NULL ? lang : "ja";
	if (strcmp(o->lang, "ja") != 0 && strcmp(o->lang, "en") != 0)
		return usage("--lang wants ja or en, not ", o->lang);
	format = format != NULL ? format : "html";
	for (size_t i = 0; i < COUNT(formats); i++)
		if (strcmp(format, formats[i].name) == 0)
			o->format = &formats[i];
	if (o->format == NULL)
		return usage("--format wants html, csv or json, not ", format);
	return COMMAND_OK;
}

static int
read_order(struct order *o, int argc, char **argv)
{
	const char *year = command_option(&argc, argv, "--fiscal-year");
	const char *lang = command_option(&argc, argv, "--lang");
	const char *format = command_option(&argc, argv, "--format");
	const char *as_of = command_option(&argc, argv, "--as-of");
	struct reason why;

	o->report.only = command_option(&argc, argv, "--system");
	o->report.draft = command_flag(&argc, argv, "--draft");
	if (argc > 1)
		return usage("what is meant by ", argv[1]);
	if (year == NULL)
		return usage("--fiscal-year is needed: 2026, R8, 令和8", "");
	if (report_year_parse(year, &o->report.year, &why) == -1)
		return usage("--fiscal-year: ", why.text);
	if (read_words(o, lang, format) != COMMAND_OK)
		return COMMAND_USAGE;
	return read_as_of(o, as_of);
}

/* Before it is handed out: a report that nobody knows of is none. */
static int
record(const struct conf *conf, const struct order *o, const struct buf *b,
    struct reason *why)
{
	uint8_t digest[HASH_BYTES];
	char hex[HASH_HEX], user[WHO_SIZE];
	struct actor actor = { "user", user, "" };
	struct journal *j = journal_open(conf, why);
	int result;

	if (j == NULL)
		return -1;
	who_typed(user);
	hash_bytes(b->data, b->len, digest);
	hash_hex(digest, hex);
	result = journal_event(j, EVENT_REPORT_GENERATE, &actor,
	    json_pack("{s:i,s:s,s:s,s:s}", "fy", o->report.year, "lang",
		o->lang, "format", o->format->name, "sha256", hex),
	    why);
	journal_close(&j);
	return result;
}

static int
print(const struct conf *conf, const struct order *o, struct reason *why)
{
	struct arena *arena = arena_new(ARENA_BYTES);
	struct buf out;
	int result = -1;

	buf_init(&out, OUTPUT_BYTES);
	o->format->print(report_tables_make(arena, &o->report,
			     strcmp(o->lang, "ja") == 0),
	    &out);
	if (record(conf, o, &out, why) == 0)
		result = file_write(STDOUT_FILENO, out.data, out.len, why);
	buf_free(&out);
	arena_free(&arena);
	return result;
}

/* A report that is no draft rests on a journal without a fault. */
static int
refuse_faults(const struct order *o, struct reason *why)
{
	const struct journal_report *j = &o->report.journal;

	if (j->faults_count == 0 || o->report.draft)
		return 0;
	return reason_set(why,
	    "the journal has %zu faults, the first: %.160s; --draft makes a "
	    "report that says so",
	    j->faults_count, j->faults[0].text);
}

int
command_report(const struct conf *conf, int argc, char **argv)
{
	struct order o = { .format = NULL };
	struct reason why;
	int result = read_order(&o, argc, argv);

	if (result != COMMAND_OK)
		return result;
	if (report_collect(conf, &o.report, &why) == -1 ||
	    refuse_faults(&o, &why) == -1 || print(conf, &o, &why) == -1) {
		fprintf(stderr, "sekimorictl report: %s\n", why.text);
		result = COMMAND_FAILED;
	}
	report_free(&o.report);
	return result;
}
