/* SPDX-License-Identifier: ISC */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <ytnef.h>

#include "milter/base/count.h"
#include "milter/mail/charset.h"
#include "milter/mail/names.h"
#include "milter/mail/tnef.h"
#include "milter/base/banned.h"

static const DWORD long_names[] = {
	PROP_TAG(PT_UNICODE, PR_ATTACH_LONG_FILENAME),
	PROP_TAG(PT_STRING8, PR_ATTACH_LONG_FILENAME),
	PROP_TAG(PT_UNICODE, PR_ATTACH_FILENAME),
	PROP_TAG(PT_STRING8, PR_ATTACH_FILENAME),
};

bool
tnef_is(struct span s)
{
	static const unsigned char signature[] = { 0x78, 0x9f, 0x3e, 0x22 };

	return span_begins(s, (struct span){ signature, sizeof signature });
}

static struct span
bytes_of(const variableLength *v)
{
	struct span s = { NULL, 0 };

	if (v && v != MAPI_UNDEFINED && v->data && v->size > 0)
		s = (struct span){ v->data, (size_t)v->size };
	return s;
}

static void
add_name(struct reading *r, struct node *n, struct span name)
{
	name.len = span_find(name, 0);
	names_add(r, n, charset_decode(r->message->arena, "", name, NULL),
	    "tnef");
}

/* A copy, because the library's memory goes away with its structure. */
static struct node *
add_child(struct reading *r, struct node *n, struct span data)
{
	struct node *child;

	data.len = reading_take(r, n, data.len);
	data.at = (unsigned char *)span_copy(r->message->arena, data);
	child = reading_part(r, n, ORIGIN_TNEF, data);
	if (child == NULL)
		return NULL;
	child->headless = true;
	child->standard = "application/octet-stream";
	return child;
}

static void
add_attachment(struct reading *r, struct node *n, Attachment *at)
{
	struct span data = bytes_of(&at->FileData);
	struct node *child;

	if (data.len == 0)
		data = bytes_of(MAPIFindProperty(&at->MAPI,
		    PROP_TAG(PT_OBJECT, PR_ATTACH_DATA_OBJ)));
	if (data.len == 0)
		data = bytes_of(MAPIFindProperty(&at->MAPI,
		    PROP_TAG(PT_BINARY, PR_ATTACH_DATA_OBJ)));
	if (data.len == 0)
		return;
	child = add_child(r, n, data);
	for (size_t i = 0; child && i < COUNT(long_names); i++)
		add_name(r, child,
		    bytes_of(MAPIFindProperty(&at->MAPI, long_names[i])));
	if (child) {
		add_name(r, child, bytes_of(&at->Title));
		add_name(r, child, bytes_of(&at->TransportFilename));
	}
}

static void
add_html(struct reading *r, struct node *n, TNEFStruct *t)
{
	struct span html = bytes_of(MAPIFindProperty(&t->MapiProperties,
	    PROP_TAG(PT_BINARY, PR_BODY_HTML)));
	struct node *child = html.len ? add_child(r, n, html) : NULL;

	if (child)
		child->standard = "text/html";
}

void
tnef_read(struct reading *r, struct node *n, struct span bytes)
{
	TNEFStruct t;

	TNEFInitialize(&t);
	if (!tnef_is(bytes) || bytes.len > INT_MAX ||
	    TNEFParseMemory((BYTE *)span_copy(r->message->arena, bytes),
		(long)bytes.len, &t) != 0)
		reading_mark(r, n, MARK_UNDECODED, n->whole.at, "broken TNEF");
	for (Attachment *at = t.starting_attach.next; at; at = at->next)
		add_attachment(r, n, at);
	add_html(r, n, &t);
	TNEFFree(&t);
}
