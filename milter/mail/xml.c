/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/mail/xml.h"
#include "milter/base/banned.h"

/* Most of what is looked at shows by its root that nothing is to be read. */
enum { FIRST = 4096, CHUNK = 65536 };

/* SAX2 gives five pointers for each attribute. */
const char *
xml_attribute(struct arena *a, int count, const xmlChar **list,
    const char *name)
{
	for (int i = 0; i < count; i++, list += 5)
		if (strcmp((const char *)list[0], name) == 0)
			return arena_copy(a, (const char *)list[3],
			    (size_t)(list[4] - list[3]));
	return "";
}

static void
silent(void *context, const char *words, ...)
{
	(void)context, (void)words;
}

void
xml_read(xmlSAXHandler *handler, void *context, const bool *enough,
    const void *bytes, size_t size)
{
	xmlParserCtxtPtr parser;
	const char *at = bytes;
	size_t most = FIRST;

	handler->initialized = XML_SAX2_MAGIC;
	handler->warning = silent;
	handler->error = silent;
	parser = xmlCreatePushParserCtxt(handler, context, NULL, 0, NULL);
	if (parser == NULL)
		return;
	xmlCtxtUseOptions(parser, XML_PARSE_NONET | XML_PARSE_RECOVER |
				      XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	while (size > 0 && parser->disableSAX == 0 &&
	       (enough == NULL || !*enough)) {
		size_t len = size < most ? size : most;

		(void)xmlParseChunk(parser, at, (int)len, 0);
		at += len;
		size -= len;
		most = CHUNK;
	}
	if (enough == NULL || !*enough)
		(void)xmlParseChunk(parser, at, 0, 1);
	xmlFreeParserCtxt(parser);
}
