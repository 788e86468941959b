/* SPDX-License-Identifier: ISC */
#include <string.h>
#include <strings.h>
#include <libxml/parser.h>

#include "milter/inspect/relations.h"
#include "milter/base/banned.h"

enum { FIELD_MOST = 4096 };

struct reader {
	const struct relations *want;
	bool instruction; /* inside an instrText */
	char field[FIELD_MOST];
	size_t len;
};

/* SAX2 gives five pointers for each attribute. */
static const char *
attribute(struct reader *r, int count, const xmlChar **list, const char *name)
{
	for (int i = 0; i < count; i++, list += 5)
		if (strcmp((const char *)list[0], name) == 0)
			return arena_copy(r->want->arena, (const char *)list[3],
			    (size_t)(list[4] - list[3]));
	return "";
}

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
	const char *mode = attribute(r, count, list, "TargetMode");
	const char *type = attribute(r, count, list, "Type");
	const char *slash = strrchr(type, '/');

	if (strcasecmp(mode, "External") == 0)
		r->want->external(r->want->owner,
		    slash == NULL ? type : slash + 1,
		    attribute(r, count, list, "Target"));
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
		    attribute(r, count, list, "instr"));
	else if (strcmp(name, "ddeLink") == 0)
		r->want->field(r->want->owner,
		    arena_printf(r->want->arena, "DDE %s %s",
			attribute(r, count, list, "ddeService"),
			attribute(r, count, list, "ddeTopic")));
	else if (strcmp(name, "dde-source") == 0)
		r->want->field(r->want->owner,
		    arena_printf(r->want->arena, "DDE %s %s",
			attribute(r, count, list, "dde-application"),
			attribute(r, count, list, "dde-topic")));
	else if (strcmp(name, "fldChar") == 0 &&
		 strcmp(attribute(r, count, list, "fldCharType"), "begin") != 0)
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

static void
silent(void *context, const char *words, ...)
{
	(void)context, (void)words;
}

void
relations_read(const struct relations *want, const void *bytes, size_t size)
{
	xmlSAXHandler handler = { .initialized = XML_SAX2_MAGIC,
		.startElementNs = begin,
		.endElementNs = end,
		.characters = text,
		.warning = silent,
		.error = silent };
	struct reader r = { .want = want };
	xmlParserCtxtPtr parser =
	    xmlCreatePushParserCtxt(&handler, &r, NULL, 0, NULL);
	const char *at = bytes;

	if (parser == NULL)
		return;
	xmlCtxtUseOptions(parser, XML_PARSE_NONET | XML_PARSE_RECOVER |
				      XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	while (size > 0 && parser->disableSAX == 0) {
		int len = size > 65536 ? 65536 : (int)size;

		(void)xmlParseChunk(parser, at, len, 0);
		at += len;
		size -= (size_t)len;
	}
	(void)xmlParseChunk(parser, at, 0, 1);
	end_field(&r);
	xmlFreeParserCtxt(parser);
}
