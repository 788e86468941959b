/* SPDX-License-Identifier: ISC */
#include <string.h>
#include <strings.h>

#include "milter/base/count.h"
#include "milter/base/text.h"
#include "milter/mail/relations.h"
#include "milter/mail/xml.h"
#include "milter/base/banned.h"

enum { FIELD_MOST = 4096 };

struct reader {
	const struct relations *want;
	bool instruction; /* inside an instrText */
	char field[FIELD_MOST]; /* so far */
	size_t len;
};

static const char *
attribute(struct reader *r, int count, const xmlChar **list, const char *name)
{
	return xml_attribute(r->want->arena, count, list, name);
}

static void
end_field(struct reader *r)
{
	if (r->len > 0 && r->want->field != NULL)
		r->want->field(r->want->owner, r->field);
	r->len = 0;
	r->field[0] = '\0';
}

static void
field(struct reader *r, const char *text)
{
	if (r->want->field != NULL)
		r->want->field(r->want->owner, text);
}

static void
external(struct reader *r, const char *type, const char *target)
{
	if (*target != '\0' && r->want->external != NULL)
		r->want->external(r->want->owner, type, target);
}

static void
event(struct reader *r, const char *what, const char *runs)
{
	if (*runs != '\0' && r->want->event != NULL)
		r->want->event(r->want->owner, what, runs);
}

static void
relationship(struct reader *r, int count, const xmlChar **list)
{
	const char *mode = attribute(r, count, list, "TargetMode");
	const char *type = attribute(r, count, list, "Type");
	const char *target = attribute(r, count, list, "Target");
	const char *slash = strrchr(type, '/');

	type = slash == NULL ? type : slash + 1;
	if (strcasecmp(mode, "External") == 0)
		external(r, type, target);
	else if (r->want->internal != NULL)
		r->want->internal(r->want->owner, type, target);
}

/* ODF 1.3, 10.4, 9.4.4, 5.4.3, 9.3.2: what loads by itself. A link waits for
 * a click. */
static bool
loads(const char *name)
{
	static const char *const names[] = { "object", "object-ole",
		"floating-frame", "plugin", "applet", "image", "fill-image",
		"table-source", "section-source", "cell-range-source",
		"template", "database-source-sql", "script" };

	return text_in(name, names, COUNT(names));
}

/* What runs: the ribbon of an office document, the events of ODF, the clicks
 * on a slide. */
static void
look_for_events(struct reader *r, const char *name, int count,
    const xmlChar **list)
{
	if (strcmp(name, "customUI") == 0)
		event(r, "customUI", attribute(r, count, list, "onLoad"));
	else if (strcmp(name, "event-listener") == 0)
		event(r, attribute(r, count, list, "event-name"),
		    attribute(r, count, list, "href"));
	else if (strncmp(name, "hlink", 5) == 0)
		event(r, name, attribute(r, count, list, "action"));
}

static void
look_for_fields(struct reader *r, const char *name, int count,
    const xmlChar **list)
{
	struct arena *a = r->want->arena;

	if (strcmp(name, "fldSimple") == 0)
		field(r, attribute(r, count, list, "instr"));
	else if (strcmp(name, "ddeLink") == 0)
		field(r, arena_printf(a, "DDE %s %s",
			     attribute(r, count, list, "ddeService"),
			     attribute(r, count, list, "ddeTopic")));
	else if (strcmp(name, "dde-source") == 0 ||
		 strcmp(name, "dde-connection-decl") == 0)
		field(r, arena_printf(a, "DDE %s %s",
			     attribute(r, count, list, "dde-application"),
			     attribute(r, count, list, "dde-topic")));
	else if (strcmp(name, "fldChar") == 0 &&
		 strcmp(attribute(r, count, list, "fldCharType"), "begin") != 0)
		end_field(r);
}

static void
begin(void *context, const xmlChar *local, const xmlChar *prefix,
    const xmlChar *uri, int namespaces, const xmlChar **list_ns, int count,
    int defaulted, const xmlChar **list)
{
	struct reader *r = context;
	const char *name = (const char *)local;

	(void)prefix, (void)uri, (void)namespaces, (void)list_ns;
	(void)defaulted;
	if (strcmp(name, "Relationship") == 0)
		relationship(r, count, list);
	else if (strcmp(name, "attachedTemplate") == 0)
		external(r, name, attribute(r, count, list, "val"));
	else if (loads(name) || strcmp(name, "a") == 0)
		external(r, name, attribute(r, count, list, "href"));
	look_for_events(r, name, count, list);
	look_for_fields(r, name, count, list);
	r->instruction = strcmp(name, "instrText") == 0;
}

static void
end(void *context, const xmlChar *local, const xmlChar *prefix,
    const xmlChar *uri)
{
	struct reader *r = context;

	(void)local, (void)prefix, (void)uri;
	r->instruction = false;
}

/* Blanks in front say nothing, and must not fill the room. */
static void
text(void *context, const xmlChar *bytes, int len)
{
	struct reader *r = context;

	if (!r->instruction)
		return;
	for (int i = 0; i < len && r->len < FIELD_MOST - 1; i++)
		if (r->len > 0 || strchr(" \t\r\n", bytes[i]) == NULL)
			r->field[r->len++] = (char)bytes[i];
	r->field[r->len] = '\0';
}

void
relations_read(const struct relations *want, const void *bytes, size_t size)
{
	xmlSAXHandler handler = { .startElementNs = begin,
		.endElementNs = end,
		.characters = text };
	struct reader r = { .want = want };

	xml_read(&handler, &r, NULL, bytes, size);
	end_field(&r);
}
