/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/base/count.h"
#include "milter/base/text.h"
#include "milter/inspect/inspect.h"
#include "milter/base/banned.h"

/* A script shows itself early; what stands behind megabytes of comment is
 * still known by its name (runs.c). */
enum { LOOK_AT = 65536, ENOUGH = 2 };

static const struct {
	const char *language;
	int weight;
	const char *words;
} rows[] = {
#define SCRIPT(language, weight, words) { language, weight, words },
#include "milter/inspect/scripts.def"
#undef SCRIPT
};

/* The part's beginning as lower-case text without NUL bytes and byte order
 * mark, so that UTF-16 reads like ASCII; NULL when it is not text. */
static char *
text_of(struct arena *a, const struct part *p)
{
	size_t len = p->size < LOOK_AT ? p->size : LOOK_AT, at = 0;
	char *text = arena_get(a, len + 1);

	for (size_t i = 0; i < len; i++) {
		unsigned char c = p->bytes[i];

		if (c < 0x09 && c != '\0')
			return NULL;
		if (c != '\0' && (i > 3 || c < 0x80))
			text[at++] = (char)c;
	}
	text_lower(text);
	return text;
}

/* The first thing in the text, behind blanks. */
static bool
begins(const char *text, const char *words)
{
	text += strspn(text, " \t\r\n");
	return strncmp(text, words, strlen(words)) == 0;
}

static const char *
first_line(const char *text)
{
	if (begins(text, "#!/") || begins(text, "#! /"))
		return "script with an interpreter line";
	if (begins(text, "@echo off") || begins(text, "@cmd") ||
	    begins(text, "@powershell") || begins(text, "@setlocal"))
		return "batch file";
	return NULL;
}

static int
weight_of(const char *text, const char *language)
{
	int weight = 0;

	for (size_t n = 0; n < COUNT(rows); n++)
		if (strcmp(rows[n].language, language) == 0 &&
		    strstr(text, rows[n].words) != NULL)
			weight += rows[n].weight;
	return weight;
}

static const char *
language_of(const char *text)
{
	const char *first = first_line(text);

	if (first != NULL)
		return first;
	for (size_t n = 0; n < COUNT(rows); n++)
		if (strstr(text, rows[n].words) != NULL &&
		    weight_of(text, rows[n].language) >= ENOUGH)
			return rows[n].language;
	return NULL;
}

/* Only of what a reader offers as a file: the text of a mail that quotes a
 * script runs nothing, and macros are macro.c's. */
static void
run(struct inspection *i)
{
	for (const struct part *p = i->message->root; p != NULL; p = p->next) {
		const char *text, *language;

		if (!message_is_file(p) || p->origin == ORIGIN_MACRO)
			continue;
		text = text_of(i->message->arena, p);
		language = text == NULL ? NULL : language_of(text);
		if (language != NULL)
			inspect_fact(i, FACT_ATTACHMENT_SCRIPT, p, "%s",
			    language);
	}
}

const struct inspector inspect_script = {
	.looks_for = "attachments that are scripts",
	.run = run,
};
