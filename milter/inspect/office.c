/* SPDX-License-Identifier: ISC */
#include <string.h>
#include <strings.h>

#include "milter/base/count.h"
#include "milter/base/text.h"
#include "milter/inspect/inspect.h"
#include "milter/mail/charset.h"
#include "milter/mail/mapi.h"
#include "milter/mail/relations.h"
#include "milter/inspect/target.h"
#include "milter/base/banned.h"

/* What was said of the document already: some have hundreds of each, and one
 * tells all. */
struct seen {
	bool fact[FACT_COUNT];
};

/* Who is looking, for what relations.h calls back. */
struct look {
	const struct inspection *i;
	const struct part *part;
	struct seen *seen;
};

static void
once(const struct look *l, enum fact fact, const char *evidence)
{
	if (!l->seen->fact[fact])
		inspect_fact(l->i, fact, l->part, "%s", evidence);
	l->seen->fact[fact] = true;
}

/* What a document fetches by itself when it is opened; the rest waits for a
 * click. */
static bool
is_fetched(const char *type)
{
	static const char *const types[] = { "attachedTemplate", "oleObject",
		"frame", "subDocument", "externalLinkPath", "externalLink",
		"package", "control", "xlPathMissing", "xlExternalLinkPath",
		"aFChunk", "object", "object-ole", "floating-frame", "plugin",
		"applet", "table-source", "section-source", "cell-range-source",
		"template", "database-source-sql", "script" };

	return text_in(type, types, COUNT(types));
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

	target += strspn(target, " \t\r\n");
	if (*target == '\0')
		return;
	if (target_is_share(target) ||
	    (is_fetched(type) && target_is_web(target)))
		inspect_fact(l->i, FACT_OFFICE_REMOTE, l->part, "%s: %s", type,
		    target);
	else if (is_fetched(type) &&
		 (text_starts(type, "ext") || text_starts(type, "attached") ||
		     text_starts(type, "xl") || strpbrk(target, ":\\") != NULL))
		once(l, FACT_OFFICE_LINKED, target);
	else if (text_starts(type, "object"))
		once(l, FACT_OFFICE_EMBEDDED, target);
}

/* A sheet of macros and a file that is shown in the text, whatever they are
 * named. */
static void
internal(void *owner, const char *type, const char *target)
{
	const struct look *l = owner;

	if (strcasecmp(type, "xlMacrosheet") == 0 ||
	    strcasecmp(type, "xlIntlMacrosheet") == 0)
		inspect_fact(l->i, FACT_MACRO_XLM, l->part, "%s", target);
	else if (strcasecmp(type, "aFChunk") == 0)
		inspect_fact(l->i, FACT_OFFICE_EMBEDDED, l->part, "%s", target);
}

/* On a slide most actions turn its pages. */
static void
event(void *owner, const char *what, const char *runs)
{
	const struct look *l = owner;

	if (!text_starts(what, "hlink"))
		inspect_fact(l->i, FACT_MACRO_AUTO, l->part, "%s: %s", what,
		    runs);
	else if (text_starts(runs, "ppaction://program") ||
		 text_starts(runs, "ppaction://macro"))
		inspect_fact(l->i, FACT_OFFICE_ACTION, l->part, "%s: %s", what,
		    runs);
}

/* Pictures are asked for by many honest letters, but not from a share. */
static void
field(void *owner, const char *instruction)
{
	const struct look *l = owner;
	bool text, loads;

	instruction += strspn(instruction, " \t\r\n\"");
	text = text_starts(instruction, "INCLUDETEXT") ||
	       text_starts(instruction, "LINK ");
	loads = text_starts(instruction, "INCLUDEPICTURE") ||
		text_starts(instruction, "IMPORT ");
	if (text_starts(instruction, "DDE ") ||
	    text_starts(instruction, "DDEAUTO"))
		inspect_fact(l->i, FACT_OFFICE_DDE, l->part, "%s", instruction);
	else if (text || loads) {
		const char *target = instruction + strcspn(instruction, " ");

		target += strspn(target, " \"");
		if (target_is_share(target) || (text && target_is_web(target)))
			inspect_fact(l->i, FACT_OFFICE_REMOTE, l->part, "%s",
			    instruction);
	}
}

/* An XML in UTF-16 shows nothing to a search. */
static bool
worth_reading(const struct part *p)
{
	static const char *const words[] = { "instrText", "fldSimple",
		"ddeLink", "dde-", "ppaction:", "event-listener", "onLoad",
		":href", "<Relationship", "attachedTemplate" };

	if (p->size < 2)
		return false;
	for (size_t n = 0; n < COUNT(words); n++)
		if (memmem(p->bytes, p->size, words[n], strlen(words[n])) !=
		    NULL)
			return true;
	return p->bytes[0] >= 0xfe || p->bytes[0] == 0 || p->bytes[1] == 0;
}

/* A document can be one XML alone (Word 2003, flat OPC and ODF). */
static bool
is_xml(const struct part *p)
{
	const char *name = p->names == NULL ? "" : p->names->name;

	if (p->origin == ORIGIN_MEMBER &&
	    (text_ends(name, ".rels") || text_ends(name, ".xml")))
		return true;
	return p->size > 5 && memcmp(p->bytes, "<?xml", 5) == 0;
}

static void
read_xml(const struct inspection *i, const struct part *p, struct seen *seen)
{
	struct look l = { i, p, seen };
	const struct relations want = { .arena = i->message->arena,
		.owner = &l,
		.external = external,
		.internal = internal,
		.event = event,
		.field = field };

	relations_read(&want, p->bytes, p->size);
}

/* Members of OOXML and ODF. */
static void
look_at_member(const struct inspection *i, const struct part *p,
    struct seen *seen)
{
	const struct look l = { i, p, seen };
	const char *name = p->names->name;

	if (strcasestr(name, "macrosheets/") != NULL)
		inspect_fact(i, FACT_MACRO_XLM, p, "%s", name);
	if (strcasestr(name, "activeX/") != NULL)
		once(&l, FACT_OFFICE_ACTIVEX, name);
	if (strcasestr(name, "/embeddings/") != NULL)
		once(&l, FACT_OFFICE_EMBEDDED, name);
	if (text_starts(name, "Scripts/") && p->size > 0)
		once(&l, FACT_MACRO_VBA, name);
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
		if (text_starts(words, "DDEAUTO") ||
		    text_starts(words, "DDE ")) {
			inspect_fact(i, FACT_OFFICE_DDE, p, "%s", words);
			return;
		}
	}
}

static const struct part *
find_stream(const struct part *document, const char *name)
{
	for (const struct part *p = document->child; p != NULL; p = p->sibling)
		if (p->origin == ORIGIN_STREAM && p->names != NULL &&
		    strcmp(p->names->name, name) == 0)
			return p;
	return NULL;
}

/* The template of a document of Word 97 to 2003: the second of the strings that
 * its head points to in the stream of tables (MS-DOC 2.5.6, 2.9.272). */
static void
look_for_template(const struct inspection *i, const struct part *p,
    struct seen *seen)
{
	enum { TABLE = 0x02, STRINGS = 0x19a };
	struct look l = { i, p, seen };
	struct span s = { p->bytes, p->size };
	const struct part *table;
	size_t at, len = 0;

	if (s.len < STRINGS + 8)
		return;
	table = find_stream(p->parent, s.at[11] & TABLE ? "1Table" : "0Table");
	s = span_from(s, STRINGS);
	at = mapi_number(&s, 4);
	if (table == NULL || mapi_number(&s, 4) == 0)
		return;
	s = span_from((struct span){ table->bytes, table->size }, at);
	if (mapi_number(&s, 2) != 0xffff)
		return;
	s = span_from(s, 4); /* their number, and bytes between them */
	for (int n = 0; n < 2; n++) {
		s = span_from(s, 2 * len);
		len = mapi_number(&s, 2);
	}
	s.len = 2 * len < s.len ? 2 * len : s.len;
	external(&l, "attachedTemplate",
	    charset_decode(i->message->arena, "utf-16le", s, NULL));
}

static void
look_at_stream(const struct inspection *i, const struct part *p,
    struct seen *seen)
{
	const char *name = p->names->name;

	if (strcmp(name, "Workbook") == 0 || strcmp(name, "Book") == 0)
		look_at_workbook(i, p);
	else if (strcmp(name, "WordDocument") == 0) {
		look_at_word(i, p);
		look_for_template(i, p, seen);
	} else if (strcmp(name, "Ole10Native") == 0)
		inspect_fact(i, FACT_OFFICE_EMBEDDED, p, "%s", name);
	else if (text_starts(name, "Equation"))
		inspect_fact(i, FACT_OFFICE_EQUATION, p, "%s", name);
}

static void
look_at(const struct inspection *i, const struct part *p, struct seen *seen)
{
	if (p->bytes == NULL)
		return;
	if (p->origin == ORIGIN_STREAM && p->names != NULL)
		look_at_stream(i, p, seen);
	else if (p->origin == ORIGIN_MEMBER && p->names != NULL)
		look_at_member(i, p, seen);
	if (is_xml(p) && worth_reading(p))
		read_xml(i, p, seen);
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
	struct seen root = { { false } };

	look_at(i, i->message->root, &root);
	for (const struct part *p = i->message->root; p != NULL; p = p->next) {
		struct seen seen = { { false } };

		for (const struct part *c = p->child; c != NULL; c = c->sibling)
			look_at(i, c, &seen);
	}
}

const struct inspector inspect_office = {
	.looks_for = "what documents run, load or carry",
	.run = run,
};
