/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/mail/document.h"
#include "milter/mail/link.h"
#include "milter/mail/relations.h"
#include "milter/base/banned.h"

struct look {
	struct reading *r;
	struct node *n;
};

static void
external(void *owner, const char *type, const char *target)
{
	const struct look *l = owner;

	if (strcmp(type, "hyperlink") == 0 || strcmp(type, "a") == 0)
		link_add(l->r, l->n, target, "", LINK_OPENED);
}

static bool
holds(struct span s, const char *word)
{
	return memmem(s.at, s.len, word, strlen(word)) != NULL;
}

static bool
has_links(const char *name, struct span bytes)
{
	if (strcmp(name, "content.xml") == 0)
		return holds(bytes, ":href");
	return holds(span_string(name), ".rels") && holds(bytes, "/hyperlink");
}

void
document_read(struct reading *r, struct node *n, struct span bytes)
{
	struct look l = { r, n };
	struct relations want = { .arena = r->message->arena,
		.owner = &l,
		.external = external };
	const struct file_name *name = n->part.names;

	if (n->part.origin != ORIGIN_MEMBER || name == NULL || bytes.len == 0 ||
	    n->part.parent == NULL)
		return;
	if (has_links(name->name, bytes))
		relations_read(&want, bytes.at, bytes.len);
}
