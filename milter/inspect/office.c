/* SPDX-License-Identifier: ISC */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "milter/base/count.h"
#include "milter/base/text.h"
#include "milter/inspect/inspect.h"
#include "milter/inspect/relations.h"
#include "milter/inspect/target.h"
#include "milter/base/banned.h"

/* Who is looking, for what relations.h calls back. */
struct look {
	const struct inspection *i;
	const struct part *part;
};

static bool
starts(const char *text, const char *words)
{
	return strncasecmp(text, words, strlen(words)) == 0;
}

/* What a document fetches by itself when it is opened; the rest waits for a
 * click. */
static bool
is_fetched(const char *type)
{
	static const char *const types[] = { "attachedTemplate", "oleObject",
		"frame", "subDocument", "externalLinkPath", "externalLink",
		"package", "control" };

	for (size_t n = 0; n < COUNT(types); n++)
		if (strcasecmp(type, types[n]) == 0)
			return true;
	return false;
}

/*
 * Templates and linked tables on a drive of their author's own are in many
 * honest documents; they lead nowhere here. Pictures on the web are most often
 * a logo.
 */
static void
external(void *owner, const char *type, const char *target)
{
	const struct look *l = owner;

	if (target_is_share(target) ||
	    (is_fetched(type) && target_is_web(target)))
		inspect_fact(l->i, FACT_OFFICE_REMOTE, l->part, "%s: %s", type,
		    target);
}

static void
field(void *owner, const char *instruction)
{
	const struct look *l = owner;

	instruction += strspn(instruction, " \t\r\n\"");
	if (starts(instruction, "DDE ") || starts(instruction, "DDEAUTO"))
		inspect_fact(l->i, FACT_OFFICE_DDE, l->part, "%s", instruction);
}

static bool
ends(const char *name, const char *with)
{
	size_t have = strlen(name), len = strlen(with);

	return have >= len && strcasecmp(name + have - len, with) == 0;
}

/* An XML in UTF-16 shows nothing to a search. */
static bool
worth_reading(const struct part *p, const char *name)
{
	static const char *const words[] = { "instrText", "fldSimple",
		"ddeLink", "dde-source" };

	if (ends(name, ".rels"))
		return true;
	if (!ends(name, ".xml") || p->size < 2)
		return false;
	for (size_t n = 0; n < COUNT(words); n++)
		if (text_holds(p->bytes, p->size, words[n]))
			return true;
	return p->bytes[0] >= 0xfe || p->bytes[0] == 0 || p->bytes[1] == 0;
}

/* Members of OOXML and ODF. */
static void
look_at_member(const struct inspection *i, const struct part *p)
{
	struct look l = { i, p };
	const struct relations want = { i->message->arena, &l, external,
		field };
	const char *name = p->names->name;

	if (strcasestr(name, "macrosheets/") != NULL)
		inspect_fact(i, FACT_MACRO_XLM, p, "%s", name);
	if (strcasestr(name, "activeX/") != NULL && ends(name, ".bin"))
		inspect_fact(i, FACT_OFFICE_ACTIVEX, p, "%s", name);
	if (starts(name, "Basic/") && ends(name, ".xml") &&
	    text_holds(p->bytes, p->size, "<script:module"))
		inspect_fact(i, FACT_MACRO_VBA, p, "%s", name);
	if (worth_reading(p, name))
		relations_read(&want, p->bytes, p->size);
}

static unsigned
little(const unsigned char *b)
{
	return (unsigned)b[0] | (unsigned)b[1] << 8;
}

/* MS-XLS 2.4.28: the list of sheets, with their kind and whether they show. */
static void
look_at_workbook(const struct inspection *i, const struct part *p)
{
	static const char *const shown[] = { "shown", "hidden", "very hidden",
		"hidden" };
	const unsigned char *b = p->bytes;
	size_t at = 0;

	while (p->size - at >= 4) {
		size_t len = little(b + at + 2);

		if (len > p->size - at - 4)
			return;
		if (little(b + at) == 0x85 && len > 6 && b[at + 9] == 1)
			inspect_fact(i, FACT_MACRO_XLM, p, "%s macro sheet",
			    shown[b[at + 8] & 3]);
		at += 4 + len;
	}
}

/* A field begins with the character 0x13 (MS-DOC 2.8.25), in one byte or two
 * for each character. */
static void
look_at_word(const struct inspection *i, const struct part *p)
{
	for (size_t at = 0; at + 20 < p->size; at++) {
		char words[12];
		size_t len = 0, from = at + 1;

		if (p->bytes[at] != 0x13)
			continue;
		for (; from < p->size && len < sizeof words - 1; from++) {
			unsigned char c = p->bytes[from];

			if (c != 0 && (c != ' ' || len > 0))
				words[len++] = (char)c;
		}
		words[len] = '\0';
		if (starts(words, "DDEAUTO") || starts(words, "DDE ")) {
			inspect_fact(i, FACT_OFFICE_DDE, p, "%s", words);
			return;
		}
	}
}

static void
look_at_stream(const struct inspection *i, const struct part *p)
{
	const char *name = p->names->name;

	if (strcmp(name, "Workbook") == 0 || strcmp(name, "Book") == 0)
		look_at_workbook(i, p);
	else if (strcmp(name, "WordDocument") == 0)
		look_at_word(i, p);
	else if (starts(name, "Equation"))
		inspect_fact(i, FACT_OFFICE_EQUATION, p, "%s", name);
}

/* What an RTF does by itself. */
static void
look_at_rtf(const struct inspection *i, const struct part *p)
{
	static const struct {
		const char *words;
		enum fact fact;
	} rtf[] = {
		{ "\\objupdate", FACT_OFFICE_OBJECT },
		{ "\\objautlink", FACT_OFFICE_OBJECT },
		{ "ddeauto", FACT_OFFICE_DDE },
		{ "\\*\\template http", FACT_OFFICE_REMOTE },
		{ "\\*\\template \\\\", FACT_OFFICE_REMOTE },
	};

	for (size_t n = 0; n < COUNT(rtf); n++)
		if (text_holds(p->bytes, p->size, rtf[n].words))
			inspect_fact(i, rtf[n].fact, p, "%s", rtf[n].words);
}

/* A cell that a spreadsheet runs when the text is opened: =cmd|'/c x'!A0 */
static bool
is_formula(const char *cell, size_t len)
{
	const char *bar = memchr(cell, '|', len);

	return len > 3 && strchr("=+-@", cell[0]) != NULL && bar != NULL &&
	       memchr(bar, '!', len - (size_t)(bar - cell)) != NULL;
}

static void
look_at_table(const struct inspection *i, const struct part *p)
{
	const char *at = (const char *)p->bytes, *end = at + p->size;

	while (at < end) {
		size_t len = 0;

		while (at + len < end && !strchr(",;\t\r\n", at[len]))
			len++;
		while (len > 0 && strchr("\" ", *at))
			at++, len--;
		if (is_formula(at, len)) {
			inspect_fact(i, FACT_OFFICE_DDE, p, "%.*s",
			    len > 80 ? 80 : (int)len, at);
			return;
		}
		at += len + 1;
	}
}

static bool
is_table(const struct part *p)
{
	for (const struct file_name *n = p->names; n != NULL; n = n->next)
		if (ends(n->name, ".csv") || ends(n->name, ".tsv") ||
		    ends(n->name, ".slk"))
			return true;
	return false;
}

static void
look_at(const struct inspection *i, const struct part *p)
{
	if (p->origin == ORIGIN_STREAM && p->names != NULL)
		look_at_stream(i, p);
	else if (p->origin == ORIGIN_MEMBER && p->names != NULL)
		look_at_member(i, p);
	if (p->size > 5 && memcmp(p->bytes, "{\\rt", 4) == 0)
		look_at_rtf(i, p);
	else if (is_table(p))
		look_at_table(i, p);
	for (const struct file_name *n = p->names; n != NULL; n = n->next)
		if (strcmp(n->source, "package") == 0) {
			inspect_fact(i, FACT_OFFICE_OBJECT, p,
			    "holds the file %s", p->names->name);
			break;
		}
}

static void
run(struct inspection *i)
{
	for (const struct part *p = i->message->root; p != NULL; p = p->next)
		if (p->bytes != NULL)
			look_at(i, p);
}

const struct inspector inspect_office = {
	.looks_for = "what documents run, load or carry",
	.run = run,
};
