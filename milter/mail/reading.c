/* SPDX-License-Identifier: ISC */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "milter/mail/reading.h"
#include "milter/base/banned.h"

enum { MARKS_OF_A_KIND = 4, SEEN_BYTES = 60 };

struct node *
reading_node(struct part *part)
{
	return (struct node *)part;
}

static bool
allowed(struct reading *r, struct node *parent)
{
	const struct message_limits *l = r->limits;

	if (r->parts >= l->parts) {
		reading_mark(r, parent, MARK_LIMIT, parent->whole.at,
		    "parts: %d", l->parts);
		return false;
	}
	if (parent->depth >= l->depth) {
		reading_mark(r, parent, MARK_LIMIT, parent->whole.at,
		    "depth: %d", l->depth);
		return false;
	}
	return true;
}

static void
link_child(struct node *parent, struct node *n)
{
	n->part.parent = &parent->part;
	n->part.browsed = parent->part.browsed;
	n->depth = parent->depth + 1;
	n->number = ++parent->children;
	if (parent->last)
		parent->last->sibling = &n->part;
	else
		parent->part.child = &n->part;
	parent->last = &n->part;
}

struct node *
reading_part(struct reading *r, struct node *parent, enum part_origin origin,
    struct span whole)
{
	struct node *n;

	if (parent && !allowed(r, parent))
		return NULL;
	n = arena_get(r->message->arena, sizeof *n);
	n->part.origin = origin;
	n->part.type = n->part.charset = n->part.disposition = "";
	n->part.path = "";
	n->standard = "text/plain";
	n->whole = n->body = whole;
	if (parent)
		link_child(parent, n);
	r->parts++;
	return n;
}

size_t
reading_take(struct reading *r, struct node *n, size_t want)
{
	size_t left = r->limits->decoded - r->decoded;

	if (want > left) {
		reading_mark(r, n, MARK_LIMIT, n->whole.at,
		    "decoded bytes: %zu", r->limits->decoded);
		want = left;
	}
	r->decoded += want;
	return want;
}

static uint64_t
offset_of(struct reading *r, const unsigned char *at)
{
	const struct message *m = r->message;

	if (at == NULL || at < m->bytes || at > m->bytes + m->size)
		return 0;
	return (uint64_t)(at - m->bytes);
}

/* Was the same said of this part already? *last is its last mark of the kind,
 * or NULL. */
static bool
said(const struct node *n, const struct mark *m, struct mark **last)
{
	*last = NULL;
	for (struct mark *other = n->part.marks; other; other = other->next) {
		if (other->kind != m->kind)
			continue;
		*last = other;
		if (other->offset == m->offset &&
		    strcmp(other->text, m->text) == 0)
			return true;
	}
	return false;
}

static void
add_mark(struct reading *r, struct node *n, const struct mark *m)
{
	struct mark **end = &n->part.marks, *last;
	struct arena *a = r->message->arena;

	if (said(n, m, &last))
		return;
	if (n->marks[m->kind]++ == MARKS_OF_A_KIND) {
		last->text = arena_printf(a, "%s, and more", last->text);
		return;
	}
	while (*end)
		end = &(*end)->next;
	*end = arena_get(a, sizeof *m);
	**end = *m;
	(*end)->text = arena_string(a, m->text);
}

void
reading_mark(struct reading *r, struct node *n, enum mark_kind kind,
    const unsigned char *at, const char *text, ...)
{
	struct mark mark = { .kind = kind, .offset = offset_of(r, at) };
	char line[512];
	va_list list;

	if (n->marks[kind] > MARKS_OF_A_KIND)
		return;
	va_start(list, text);
	(void)vsnprintf(line, sizeof line, text, list);
	va_end(list);
	mark.text = line;
	add_mark(r, n, &mark);
}

const char *
reading_seen(struct reading *r, struct span seen)
{
	if (seen.len > SEEN_BYTES)
		seen.len = SEEN_BYTES;
	return span_copy(r->message->arena, seen);
}
