/* SPDX-License-Identifier: ISC */
#include <string.h>
#include <strings.h>

#include "milter/inspect/relations.h"
#include "milter/inspect/xml.h"
#include "milter/base/banned.h"

enum { FIELD_MOST = 4096 };

struct reader {
	const struct relations *want;
	bool instruction; /* inside an instrText */
	char field[FIELD_MOST];
	size_t len;
};

static void
end_field(struct reader *r)
{
	if (r->len > 0)
		r->want->field(r->want->owner, r->field);
	r->len = 0;
	r->field[0] = '\0';
}

static void
relationship(struct reader *r, int count, const xmlChar **list)
{
	const char *mode =
	    xml_attribute(r->want->arena, count, list, "TargetMode");
	const char *type = xml_attribute(r->want->arena, count, list, "Type");
	const char *slash = strrchr(type, '/');

	if (strcasecmp(mode, "External") == 0)
		r->want->external(r->want->owner,
		    slash == NULL ? type : slash + 1,
		    xml_attribute(r->want->arena, count, list, "Target"));
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
	else if (strcmp(name, "fldSimple") == 0)
		r->want->field(r->want->owner,
		    xml_attribute(r->want->arena, count, list, "instr"));
	else if (strcmp(name, "ddeLink") == 0)
		r->want->field(r->want->owner,
		    arena_printf(r->want->arena, "DDE %s %s",
			xml_attribute(r->want->arena, count, list,
			    "ddeService"),
			xml_attribute(r->want->arena, count, list,
			    "ddeTopic")));
	else if (strcmp(name, "dde-source") == 0)
		r->want->field(r->want->owner,
		    arena_printf(r->want->arena, "DDE %s %s",
			xml_attribute(r->want->arena, count, list,
			    "dde-application"),
			xml_attribute(r->want->arena, count, list,
			    "dde-topic")));
	else if (strcmp(name, "fldChar") == 0 &&
		 strcmp(xml_attribute(r->want->arena, count, list,
			    "fldCharType"),
		     "begin") != 0)
		end_field(r);
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

static void
text(void *context, const xmlChar *bytes, int len)
{
	struct reader *r = context;

	if (!r->instruction || r->len + (size_t)len >= FIELD_MOST)
		return;
	for (int i = 0; i < len; i++)
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
