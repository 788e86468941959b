/* SPDX-License-Identifier: ISC */
#include <string.h>
#include <strings.h>

#include "milter/base/count.h"
#include "milter/base/text.h"
#include "milter/inspect/inspect.h"
#include "milter/inspect/lines.h"
#include "milter/base/banned.h"

/*
 * Symbolic link files (SYLK), a table as text, which Excel opens without its
 * protected view. A record a line, fields behind semicolons: "O;E" is a sheet
 * of macros (Excel 4), "NN;NAuto_open" a name that runs, "C;ECALL(...)" a
 * formula.
 */
static const struct {
	const char *record, *field;
	bool whole; /* the field is no more than that */
} runs[] = {
	{ "O;", "E", true },
	{ "NN;", "NAuto_", false },
};

static const char *const calls[] = { "EXEC(", "CALL(", "REGISTER(",
	"REGISTER.ID(" };

static bool
has_field(const char *line, const char *field, bool whole)
{
	size_t len = strlen(field);

	for (const char *f = strchr(line, ';'); f != NULL; f = strchr(f, ';'))
		if (strncasecmp(++f, field, len) == 0 &&
		    (!whole || f[len] == '\0' || f[len] == ';'))
			return true;
	return false;
}

static bool
is_macro(const char *line)
{
	for (size_t n = 0; n < COUNT(runs); n++)
		if (text_starts(line, runs[n].record) &&
		    has_field(line, runs[n].field, runs[n].whole))
			return true;
	if (strncasecmp(line, "C;", 2) != 0 || !has_field(line, "E", false))
		return false;
	for (size_t n = 0; n < COUNT(calls); n++)
		if (strcasestr(line, calls[n]) != NULL)
			return true;
	return false;
}

static void
look_at(const struct inspection *i, const struct part *p)
{
	char *text = lines_text(i->message->arena, p), *line;

	while (text != NULL && (line = lines_next(&text)) != NULL)
		if (is_macro(line)) {
			inspect_fact(i, FACT_MACRO_XLM, p, "SYLK: %s", line);
			return;
		}
}

static void
run(struct inspection *i)
{
	for (const struct part *p = i->message->root; p != NULL; p = p->next)
		if (message_is_file(p) && p->size > 3 &&
		    memcmp(p->bytes, "ID;", 3) == 0)
			look_at(i, p);
}

const struct inspector inspect_sylk = {
	.looks_for = "macros in tables of the SYLK form",
	.run = run,
};
