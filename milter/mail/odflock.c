/* SPDX-License-Identifier: ISC */
#include <limits.h>
#include <string.h>
#include <libxml/xmlreader.h>

#include "milter/base/buf.h"
#include "milter/mail/odflock.h"
#include "milter/base/banned.h"

enum { NAMES_SHOWN = 8, NAME_MOST = 100 };

/* What a manifest says. */
struct manifest {
	int encrypted; /* entries that are */
	struct buf names; /* of those, the first few */
	char name[NAME_MOST + 1]; /* of the entry that was begun */
};

static void
read_entry(struct manifest *m, xmlTextReader *x)
{
	xmlChar *name =
	    xmlTextReaderGetAttributeNs(x, (const xmlChar *)"full-path",
		(const xmlChar *)"urn:oasis:names:tc:opendocument:xmlns:"
				 "manifest:1.0");

	snprintf(m->name, sizeof m->name, "%s",
	    name == NULL ? "?" : (const char *)name);
	xmlFree(name);
}

static void
read_element(struct manifest *m, xmlTextReader *x)
{
	const char *element = (const char *)xmlTextReaderConstLocalName(x);

	if (element == NULL)
		return;
	if (strcmp(element, "file-entry") == 0)
		read_entry(m, x);
	else if (strcmp(element, "encryption-data") == 0 &&
		 m->encrypted++ < NAMES_SHOWN)
		buf_printf(&m->names, "%s%s", m->encrypted > 1 ? ", " : "",
		    m->name);
}

static void
read_manifest(struct reading *r, struct node *n, struct span bytes)
{
	struct manifest m = { .name = "?" };
	xmlTextReader *x = bytes.len > INT_MAX
			       ? NULL
			       : xmlReaderForMemory((const char *)bytes.at,
				     (int)bytes.len, "", NULL,
				     XML_PARSE_NONET | XML_PARSE_NOERROR |
					 XML_PARSE_NOWARNING);

	if (x == NULL)
		return;
	buf_init(&m.names, 4096);
	while (xmlTextReaderRead(x) == 1)
		if (xmlTextReaderNodeType(x) == XML_READER_TYPE_ELEMENT)
			read_element(&m, x);
	xmlFreeTextReader(x);
	if (m.encrypted > 0)
		reading_mark(r, n, MARK_OPAQUE, n->whole.at,
		    "OpenDocument with a password: %d members: %s", m.encrypted,
		    buf_text(&m.names));
	buf_free(&m.names);
}

void
odflock_check(struct reading *r, struct node *n)
{
	for (struct part *p = n->part.child; p != NULL; p = p->sibling)
		if (p->names != NULL &&
		    strcmp(p->names->name, "META-INF/manifest.xml") == 0)
			read_manifest(r, n, reading_node(p)->whole);
}
