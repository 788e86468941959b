/* SPDX-License-Identifier: ISC */
#include <ctype.h>
#include <string.h>

#include "milter/base/text.h"
#include "milter/inspect/inspect.h"
#include "milter/base/banned.h"

/* What stands before the bar of a formula that runs something. */
enum { FORMULA_MOST = 256 };

/*
 * A cell that a spreadsheet runs when the text is opened: =cmd|'/c x'!A0, also
 * behind a sum (=SUM(1,2)*cmd|...). Between the bar and the mark, of which last
 * is the last in the line, stands all that a line may have.
 */
static bool
is_formula(const char *cell, const char *last)
{
	const char *bar = cell + 1, *most = cell + FORMULA_MOST;
	int depth = 0;

	if (strchr("=+-@", *cell) == NULL)
		return false;
	for (; bar < last && bar < most && *bar != '|'; bar++) {
		depth += *bar == '(';
		depth -= *bar == ')';
		if (!isalnum((unsigned char)*bar) &&
		    strchr("=+-@*/().&_ ", *bar) == NULL &&
		    (depth <= 0 || strchr(",;:$\"'", *bar) == NULL))
			return false;
	}
	return bar < last && *bar == '|' && isalnum((unsigned char)bar[-1]) &&
	       (isalnum((unsigned char)bar[1]) || bar[1] == '\'');
}

/* Blanks, quotes and a byte order mark, which spreadsheets drop. */
static const char *
skip_blank(const char *at, const char *end)
{
	while (at < end &&
	       (strchr("\" ", *at) != NULL || strchr("\357\273\277", *at)))
		at++;
	return at;
}

/* One line; where it calls a program, or NULL. */
static const char *
find_formula(const char *at, const char *end)
{
	const char *last = memrchr(at, '!', (size_t)(end - at));

	if (last == NULL)
		return NULL;
	while (at < end) {
		at = skip_blank(at, end);
		if (at < end && is_formula(at, last))
			return at;
		while (at < end && !strchr(",;\t", *at))
			at++;
		at++;
	}
	return NULL;
}

/* UTF-16 reads like ASCII without its NUL bytes. */
static void
look_at(const struct inspection *i, const struct part *p)
{
	char *text = arena_get(i->message->arena, p->size + 1), *out = text;

	for (size_t n = 0; n < p->size; n++)
		if (p->bytes[n] != 0 && (n > 1 || p->bytes[n] < 0xfe))
			*out++ = (char)p->bytes[n];
	*out = '\0';
	for (const char *line = text; line < out;) {
		const char *end = line + strcspn(line, "\r\n");
		const char *found = find_formula(line, end);

		if (found != NULL) {
			inspect_fact(i, FACT_OFFICE_DDE, p, "%.*s",
			    end - found > 80 ? 80 : (int)(end - found), found);
			return;
		}
		line = end + 1;
	}
}

static bool
is_table(const struct part *p)
{
	for (const struct file_name *n = p->names; n != NULL; n = n->next)
		if (text_ends(n->name, ".csv") || text_ends(n->name, ".tsv") ||
		    text_ends(n->name, ".slk"))
			return true;
	return false;
}

static void
run(struct inspection *i)
{
	for (const struct part *p = i->message->root; p != NULL; p = p->next)
		if (p->bytes != NULL && is_table(p))
			look_at(i, p);
}

const struct inspector inspect_table = {
	.looks_for = "tables in text whose cells run commands",
	.run = run,
};
