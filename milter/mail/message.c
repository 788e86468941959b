/* SPDX-License-Identifier: ISC */
#include <string.h>
#include <strings.h>

#include "milter/mail/author.h"
#include "milter/mail/boundary.h"
#include "milter/mail/content.h"
#include "milter/mail/cut.h"
#include "milter/mail/header.h"
#include "milter/mail/leaf.h"
#include "milter/mail/multipart.h"
#include "milter/mail/decode.h"
#include "milter/mail/unlock.h"
#include "milter/mail/view.h"
#include "milter/base/banned.h"

static bool
is_multipart(const struct node *n)
{
	return strncmp(n->part.type, "multipart/", 10) == 0;
}

static bool
is_message(const struct node *n)
{
	const char *type = n->part.type;

	return strcmp(type, "message/rfc822") == 0 ||
	       strcmp(type, "message/global") == 0 ||
	       strcmp(type, "message/news") == 0;
}

/* What the paths of a part's children begin with (RFC 3501 6.4.5: the parts
 * of an attached multipart count on from the message's own number). */
static const char *
prefix(struct arena *a, const struct part *p)
{
	const char *text = strstr(p->path, "TEXT");

	if (*p->path == 0 || text)
		return arena_copy(a, p->path,
		    text ? (size_t)(text - p->path) : 0);
	return arena_printf(a, "%s.", p->path);
}

static void
number(struct reading *r, struct node *n)
{
	struct arena *a = r->message->arena;
	const struct part *up = n->part.parent;

	if (up == NULL)
		n->part.path = is_multipart(n) ? "" : "1";
	else if (n->part.origin == ORIGIN_MESSAGE && is_multipart(n))
		n->part.path = arena_printf(a, "%sTEXT", prefix(a, up));
	else
		n->part.path =
		    arena_printf(a, "%s%d", prefix(a, up), n->number);
}

/* An encoding is ignored where the boundary can be seen without it, as all
 * readers do: one in a hundred bulk mailers writes it. */
static void
decode_multipart(struct reading *r, struct node *n)
{
	if (!decode_needed(n) || boundary_guess(n->body).len > 0)
		return;
	reading_mark(r, n, MARK_BAD_ENCODING, n->whole.at, "on a multipart: %s",
	    message_header(&n->part, "Content-Transfer-Encoding")->raw);
	n->body = decode_body(r, n);
}

static void
check_kind(struct reading *r, struct node *n, const struct params *type)
{
	const struct param *p = param_find(type->first, "protocol");

	if (strcmp(n->part.type, "message/partial") == 0 ||
	    strcmp(n->part.type, "message/external-body") == 0)
		reading_mark(r, n, MARK_PARTIAL, n->whole.at, "%s",
		    n->part.type);
	if (strcmp(n->part.type, "multipart/encrypted") == 0)
		reading_mark(r, n, MARK_OPAQUE, n->whole.at, "%s",
		    p ? reading_seen(r, p->value) : n->part.type);
}

/* A part that is no multipart by its type and yet has one inside, for readers
 * that look at the boundary only. */
static bool
disguised(struct reading *r, struct node *n, const struct params *type)
{
	bool mime =
	    message_header(&n->part, "MIME-Version") || n->part.parent != NULL;

	if (param_find(type->first, "boundary") == NULL && (n->typed || !mime))
		return false;
	if (boundary_guess(n->body).len == 0)
		return false;
	reading_mark(r, n, MARK_HIDDEN_PARTS, n->whole.at,
	    "a multipart that says it is %s",
	    n->typed ? n->part.type : "nothing");
	return true;
}

static void
attached(struct reading *r, struct node *n)
{
	n->body = decode_body(r, n);
	(void)reading_part(r, n, ORIGIN_MESSAGE, n->body);
}

/* Makes a part what it is, and its children. */
static void
expand(struct reading *r, struct node *n)
{
	const struct params *type;

	n->read = true;
	if (!n->headless)
		header_read(r, n);
	type = content_read(r, n);
	number(r, n);
	check_kind(r, n, type);
	if (is_message(n)) {
		attached(r, n);
		return;
	}
	if (is_multipart(n))
		decode_multipart(r, n);
	if ((is_multipart(n) || disguised(r, n, type)) &&
	    multipart_split(r, n, type))
		return;
	leaf_read(r, n, type);
}

/* The part after p in walking order: down, then aside, then up and aside. */
static struct part *
after(struct part *p)
{
	if (p->child)
		return p->child;
	while (p && p->sibling == NULL)
		p = p->parent;
	return p ? p->sibling : NULL;
}

/* Reads parts that were not read yet, in walking order. */
static void
expand_all(struct reading *r)
{
	for (struct part *p = r->message->root; p; p = p->next) {
		if (!reading_node(p)->read)
			expand(r, reading_node(p));
		p->next = after(p);
	}
}

static void
check_line_ends(struct reading *r, struct node *root)
{
	struct span rest = root->whole, line;
	const unsigned char *bare = NULL, *cr = NULL;
	bool crlf = false;

	while (span_line(&rest, &line)) {
		size_t first = span_find(line, '\r');

		if (first + 2 == line.len && line.at[first + 1] == '\n')
			crlf = true;
		else if (first == line.len && bare == NULL && rest.len > 0)
			bare = line.at + line.len - 1;
		else if (first < line.len && cr == NULL)
			cr = line.at + first;
	}
	/* A message with line feeds only is one that was kept in a file. */
	if (bare && crlf)
		reading_mark(r, root, MARK_BARE_LF, bare, "line feed");
	if (cr)
		reading_mark(r, root, MARK_BARE_CR, cr, "carriage return");
}

static void
check_bytes(struct reading *r, struct node *root)
{
	size_t nul = span_find(root->whole, 0);

	if (nul < root->whole.len)
		reading_mark(r, root, MARK_NUL, root->whole.at + nul, "NUL");
	check_line_ends(r, root);
}

static const char *
field(const struct message *m, const char *name)
{
	const struct header *h = message_header(m->root, name);

	return h ? h->value : "";
}

static void
fill_fields(struct reading *r)
{
	struct message *m = r->message;
	const char *id = field(m, "Message-ID");
	size_t start = strspn(id, " \t<");

	m->subject = field(m, "Subject");
	m->from = field(m, "From");
	m->message_id =
	    arena_copy(m->arena, id + start, strcspn(id + start, "> \t"));
	author_read(r, reading_node(m->root));
}

struct message *
message_read(struct arena *a, const unsigned char *bytes, size_t size,
    const struct message_limits *limits)
{
	struct message *m = arena_get(a, sizeof *m);
	struct reading r = { .message = m,
		.limits = limits,
		.pixels = limits->pixels };
	struct node *root;

	m->arena = a;
	m->bytes = bytes;
	m->size = size;
	root =
	    reading_part(&r, NULL, ORIGIN_MIME, (struct span){ bytes, size });
	m->root = &root->part;
	check_bytes(&r, root);
	expand_all(&r);
	view_all(&r);
	expand_all(&r);
	while (unlock_all(&r))
		expand_all(&r);
	for (struct part *p = m->root; p; p = p->next)
		p->index = m->parts++;
	fill_fields(&r);
	cut_find(&r);
	return m;
}

bool
message_is_file(const struct part *part)
{
	if (part->bytes == NULL || part->size == 0)
		return false;
	return part->browsed || part->names != NULL || part->text == NULL ||
	       strcmp(part->disposition, "attachment") == 0;
}
