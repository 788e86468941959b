/* SPDX-License-Identifier: ISC */
#include <string.h>
#include <strings.h>

#include "milter/mail/content.h"
#include "milter/mail/names.h"
#include "milter/base/banned.h"

/* Old mailers leave the subtype out; readers take the usual one. */
static const char *
complete(const char *value, const char *standard)
{
	if (strcmp(value, "text") == 0)
		return "text/plain";
	if (strcmp(value, "multipart") == 0)
		return "multipart/mixed";
	if (*value == 0)
		return standard;
	return value;
}

static bool
same(const struct param *a, const struct param *b)
{
	return a->value.len == b->value.len && span_begins(a->value, b->value);
}

/* A boundary that is given twice is told where the boundary is chosen. */
static void
check_twice(struct reading *r, struct node *n, const struct param *p)
{
	const struct param *other = p;

	while ((other = param_find(other->next, p->name)))
		if (other->section == p->section &&
		    other->extended == p->extended && !same(p, other) &&
		    strcmp(p->name, "boundary") != 0)
			reading_mark(r, n, MARK_DUPLICATE_PARAMETER, NULL,
			    "%s: %s, then %s", p->name,
			    reading_seen(r, p->value),
			    reading_seen(r, other->value));
}

static void
check_limits(struct reading *r, struct node *n, const struct params *f)
{
	if (f->full)
		reading_mark(r, n, MARK_LIMIT, n->whole.at,
		    "parameters of a header field: %d", PARAM_MOST);
	if (f->overlong)
		reading_mark(r, n, MARK_LIMIT, n->whole.at,
		    "sections of a parameter: %d", PARAM_SECTIONS);
}

static void
check_params(struct reading *r, struct node *n, const struct params *f)
{
	const struct param *p;

	check_limits(r, n, f);
	for (p = f->first; p; p = p->next) {
		if (p->odd && (*p->name || p->value.len > 0))
			reading_mark(r, n, MARK_BAD_PARAMETER, NULL, "%s=%s",
			    p->name, reading_seen(r, p->value));
		check_twice(r, n, p);
	}
}

static const struct params *
fields(struct reading *r, struct node *n, const char *name, bool *there)
{
	const struct header *h = message_header(&n->part, name);
	const struct params *f = param_read(r->message->arena, h ? h->raw : "");

	*there = h != NULL;
	check_params(r, n, f);
	return f;
}

static void
read_type(struct reading *r, struct node *n, const struct params *f)
{
	const struct param *charset = param_find(f->first, "charset");
	const char *unused;

	n->part.type = complete(f->value, n->standard);
	/* A comment is legal, and hides a multipart from who does not know. */
	if (n->typed && (!param_is_type(span_string(f->value)) ||
			    (f->odd && strncmp(f->value, "multipart", 9) == 0)))
		reading_mark(r, n, MARK_BAD_TYPE, n->whole.at, "%s",
		    message_header(&n->part, "Content-Type")->raw);
	if (charset && charset->extended)
		n->part.charset = span_lower(r->message->arena,
		    param_extended(r->message->arena, charset->value, &unused));
	else if (charset)
		n->part.charset = span_lower(r->message->arena, charset->value);
}

/* The fields of that name after the first, for readers that take the last. */
static void
other_names(struct reading *r, struct node *n, const char *name,
    bool disposition)
{
	const struct header *h = message_header(&n->part, name);

	for (h = h ? h->next : NULL; h; h = h->next) {
		const struct params *f;

		if (strcasecmp(h->name, name) != 0)
			continue;
		f = param_read(r->message->arena, h->raw);
		check_limits(r, n, f);
		names_read(r, n, f, disposition);
	}
}

const struct params *
content_read(struct reading *r, struct node *n)
{
	bool there;
	const struct params *disposition =
	    fields(r, n, "Content-Disposition", &there);
	const struct params *type;

	if (there)
		n->part.disposition = strcmp(disposition->value, "inline") == 0
					  ? "inline"
					  : "attachment";
	names_read(r, n, disposition, true);
	type = fields(r, n, "Content-Type", &n->typed);
	read_type(r, n, type);
	names_read(r, n, type, false);
	other_names(r, n, "Content-Disposition", true);
	other_names(r, n, "Content-Type", false);
	return type;
}
