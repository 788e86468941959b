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
		link_add(l->r, l->n, target, "", false);
}

/* Every member that is encrypted is listed; one is enough to be told. */
static void
internal(void *owner, const char *type, const char *target)
{
	const struct look *l = owner;
	struct node *parent;

	(void)target;
	if (strcmp(type, "encryption-data") != 0)
		return;
	parent = reading_node(l->n->part.parent);
	reading_mark(l->r, parent, MARK_OPAQUE, parent->whole.at,
	    "ODF document with a password");
}

static bool
holds(struct span s, const char *word)
{
	return memmem(s.at, s.len, word, strlen(word)) != NULL;
}

static bool
is_list(const char *name)
{
	return strcmp(name, "META-INF/manifest.xml") == 0;
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
	struct relations want = { .arena = r->message->arena, .owner = &l };
	const struct file_name *name = n->part.names;

	if (n->part.origin != ORIGIN_MEMBER || name == NULL || bytes.len == 0 ||
	    n->part.parent == NULL)
		return;
	if (is_list(name->name))
		want.internal = internal;
	else if (has_links(name->name, bytes))
		want.external = external;
	else
		return;
	relations_read(&want, bytes.at, bytes.len);
}
