/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/base/count.h"
#include "milter/base/text.h"
#include "milter/inspect/inspect.h"
#include "milter/mail/charset.h"
#include "milter/mail/doctext.h"
#include "milter/mail/mapi.h"
#include "milter/base/banned.h"

/*
 * Who made a document, and with what. It proves nothing, so it is no sign of
 * anything; for who looks into an incident it ties mails together that seem to
 * have nothing in common.
 */
enum { VALUE_MOST = 100, VALUES = 12, PROPERTIES = 64 };

/* What one document says. */
struct said {
	struct arena *arena;
	const char *words; /* so far */
	int values;
	struct doctext document;
};

static void
add(struct said *s, const char *name, const char *value)
{
	value += strspn(value, " \t\r\n");
	if (*value == '\0' || s->values++ >= VALUES)
		return;
	s->words = arena_printf(s->arena, "%s%s%s: %.*s", s->words,
	    *s->words == '\0' ? "" : ", ", name, VALUE_MOST, value);
}

/* MS-OLEPS 2.18, 2.25.1: what the ids of the property set say. */
static const struct {
	uint32_t id;
	const char *name;
} properties[] = {
	{ 4, "creator" },
	{ 7, "Template" },
	{ 8, "lastModifiedBy" },
	{ 18, "Application" },
};

/* A string of 8-bit characters (VT_LPSTR) or UTF-16 (VT_LPWSTR). */
static void
add_string(struct said *said, const char *name, struct span s)
{
	enum { LPSTR = 0x1e, LPWSTR = 0x1f };
	uint32_t type = mapi_number(&s, 4);
	size_t len = mapi_number(&s, 4);
	bool wide = type == LPWSTR;

	if (type != LPSTR && !wide)
		return;
	if (wide && len < s.len)
		len *= 2;
	if (len > s.len)
		len = s.len;
	if (len > 2 * VALUE_MOST)
		len = 2 * VALUE_MOST;
	s.len = len;
	if (!wide)
		s.len = span_find(s, 0);
	else if (s.len >= 2 && s.at[s.len - 1] == 0 && s.at[s.len - 2] == 0)
		s.len -= 2;
	add(said, name,
	    charset_decode(said->arena, wide ? "utf-16le" : "", s, NULL));
}

static void
read_summary(struct said *said, const struct part *p)
{
	struct span set = { p->bytes, p->size }, list;
	uint32_t count;

	set = span_from(set, 44); /* offset of the first set */
	list =
	    span_from((struct span){ p->bytes, p->size }, mapi_number(&set, 4));
	set = list;
	(void)mapi_number(&list, 4); /* its size */
	count = mapi_number(&list, 4);
	for (uint32_t i = 0; i < count && i < PROPERTIES; i++) {
		uint32_t id = mapi_number(&list, 4);
		uint32_t at = mapi_number(&list, 4);

		for (size_t n = 0; n < COUNT(properties); n++)
			if (properties[n].id == id)
				add_string(said, properties[n].name,
				    span_from(set, at));
	}
}

/* ECMA-376 part 1, 15.2.12; ODF 1.3 part 3, 4.3.2. */
static bool
take_property(void *owner, const char *text, size_t len)
{
	static const char *const names[] = { "creator", "lastModifiedBy",
		"Application", "Company", "Template", "generator",
		"initial-creator" };
	struct said *s = owner;

	if (text_in(s->document.property, names, COUNT(names)))
		add(s, s->document.property, arena_copy(s->arena, text, len));
	return s->values < VALUES;
}

static void
read_part(struct said *said, const struct part *p)
{
	if (p->origin == ORIGIN_STREAM && p->names != NULL &&
	    strcmp(p->names->name, "\005SummaryInformation") == 0)
		read_summary(said, p);
	else if (doctext_kind(p) == DOCTEXT_PROPERTIES)
		doctext_read(&said->document, p);
}

static void
look_at(const struct inspection *i, const struct part *document)
{
	struct said said = { .arena = i->message->arena, .words = "" };

	said.document = doctext_begin(&said, take_property);
	for (const struct part *p = document->child; p != NULL; p = p->sibling)
		if (p->bytes != NULL)
			read_part(&said, p);
	doctext_end(&said.document);
	if (*said.words != '\0')
		inspect_fact(i, FACT_OFFICE_METADATA, document, "%s",
		    said.words);
}

static void
run(struct inspection *i)
{
	for (const struct part *p = i->message->root; p != NULL; p = p->next)
		if (p->child != NULL && p->bytes != NULL)
			look_at(i, p);
}

const struct inspector inspect_metadata = {
	.looks_for = "who made a document",
	.run = run,
};
