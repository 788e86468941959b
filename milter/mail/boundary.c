/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/mail/boundary.h"
#include "milter/base/banned.h"

/* RFC 2046 allows 70; some mailers write a few more, and the strictest reader
 * (Dovecot) cuts at 80. */
enum { CANDIDATES = 8, BOUNDARY_MOST = 80 };

struct candidates {
	struct span list[CANDIDATES];
	int count;
};

static bool
dashes(struct span s)
{
	return s.len >= 2 && s.at[0] == '-' && s.at[1] == '-';
}

bool
boundary_content_field(struct span line)
{
	return span_starts(line, "Content-Type:") ||
	       span_starts(line, "Content-Transfer-Encoding:") ||
	       span_starts(line, "Content-Disposition:");
}

/* A line whose only fault is blanks before the dashes. */
static bool
indented(struct span line, struct span boundary)
{
	struct span s = span_trim(line);

	return line.len > 0 && (line.at[0] == ' ' || line.at[0] == '\t') &&
	       dashes(s) && span_begins(span_from(s, 2), boundary) &&
	       s.len == boundary.len + 2;
}

enum boundary_line
boundary_line(struct span line, struct span boundary, bool *odd)
{
	struct span rest = span_from(line, 2);
	enum boundary_line kind = LINE_OPEN;

	if (!dashes(line))
		return indented(line, boundary) ? LINE_NEAR : LINE_OTHER;
	if (!span_begins(rest, boundary))
		return LINE_OTHER;
	rest = span_chomp(span_from(rest, boundary.len));
	if (dashes(rest)) {
		kind = LINE_CLOSE;
		rest = span_from(rest, 2);
	}
	*odd = span_find(rest, '\t') < rest.len ||
	       span_find(rest, '\r') < rest.len;
	return span_trim(rest).len == 0 ? kind : LINE_NEAR;
}

static bool
found(struct span body, struct span boundary)
{
	struct span line;
	bool odd;

	while (span_line(&body, &line)) {
		enum boundary_line kind = boundary_line(line, boundary, &odd);

		if (kind == LINE_OPEN || kind == LINE_CLOSE)
			return true;
	}
	return false;
}

/* Does any line begin with two dashes? */
static bool
any_dashes(struct span body)
{
	struct span line;

	while (span_line(&body, &line))
		if (dashes(line))
			return true;
	return false;
}

struct span
boundary_guess(struct span body)
{
	struct span line, last = { NULL, 0 };

	while (span_line(&body, &line)) {
		if (last.len > 2 && boundary_content_field(line))
			return span_from(last, 2);
		last.len = 0;
		if (dashes(line))
			last = span_trim(line);
	}
	return (struct span){ NULL, 0 };
}

/* The characters of RFC 2046 5.1.1, and those that mailers write beside them
 * without harm to any reader. */
static bool
legal(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] <= ' ' || s.at[i] >= 127 ||
		    strchr("\\\";,()", s.at[i]))
			if (s.at[i] != ' ' && s.at[i] != ',' &&
			    s.at[i] != '(' && s.at[i] != ')')
				return false;
	return s.len > 0 && s.len <= BOUNDARY_MOST && s.at[s.len - 1] != ' ' &&
	       s.at[0] != ' ';
}

static void
bad(struct reading *r, struct node *n, struct span seen, const char *why)
{
	reading_mark(r, n, MARK_BAD_BOUNDARY, n->whole.at, "%s: %s", why,
	    reading_seen(r, seen));
}

static void
add(struct reading *r, struct node *n, struct candidates *c, struct span s)
{
	for (int i = 0; i < c->count; i++)
		if (c->list[i].len == s.len && span_begins(c->list[i], s))
			return;
	if (s.len == 0)
		return;
	if (c->count == CANDIDATES)
		reading_mark(r, n, MARK_LIMIT, n->whole.at,
		    "boundaries of a multipart: %d", CANDIDATES);
	else
		c->list[c->count++] = s;
}

/* What readers make of one plain parameter: the value, its first word, the
 * value without single quotes. */
static void
add_plain(struct reading *r, struct node *n, struct candidates *c,
    const struct param *p)
{
	struct span s = p->value;
	size_t end = 0;

	if (p->escaped || p->odd || !legal(s))
		bad(r, n, s, "not as RFC 2046 writes it");
	add(r, n, c, s);
	if (p->quoted)
		return;
	while (end < s.len && strchr(" \t\r\n,(\"", s.at[end]) == NULL)
		end++;
	add(r, n, c, (struct span){ s.at, end });
	if (s.len > 2 && s.at[0] == '\'' && s.at[s.len - 1] == '\'') {
		bad(r, n, s, "single quotes");
		add(r, n, c, (struct span){ s.at + 1, s.len - 2 });
	}
}

static void
collect(struct reading *r, struct node *n, struct candidates *c,
    const struct params *type)
{
	const struct param *p = type->first;
	int plain = 0, encoded = 0;
	const char *charset;
	struct span joined;
	bool odd = false;

	while ((p = param_find(p, "boundary"))) {
		if (p->section < 0 && !p->extended) {
			add_plain(r, n, c, p);
			plain++;
		} else {
			bad(r, n, p->value, "encoded");
			encoded++;
		}
		if (p->section < 0 && p->extended)
			add(r, n, c,
			    param_extended(r->message->arena, p->value,
				&charset));
		p = p->next;
	}
	if (param_join(r->message->arena, type, "boundary", &joined, &charset,
		&odd))
		add(r, n, c, joined);
	if (plain > 1 || (plain && encoded))
		reading_mark(r, n, MARK_DUPLICATE_BOUNDARY, n->whole.at,
		    "%d boundary parameters", plain + encoded);
}

/* A boundary that an outer multipart has, or is the beginning of, or begins
 * with: the same lines are then read as parts of different multiparts. */
static void
check_outer(struct reading *r, struct node *n, struct span boundary)
{
	const struct part *p = n->part.parent;

	for (; p; p = p->parent) {
		struct span outer = reading_node((struct part *)p)->boundary;

		if (outer.len == 0)
			continue;
		if (outer.len == boundary.len && span_begins(outer, boundary))
			reading_mark(r, n, MARK_DUPLICATE_BOUNDARY, n->whole.at,
			    "also of an outer multipart: %s",
			    reading_seen(r, boundary));
	}
}

static struct span
guess(struct reading *r, struct node *n, struct span declared)
{
	struct span boundary = boundary_guess(n->body);

	if (!any_dashes(n->body)) {
		reading_mark(r, n, MARK_MISSING_END, n->body.at,
		    "no boundary in the body");
		return boundary;
	}
	bad(r, n, declared,
	    declared.len ? "no line is this boundary" : "no boundary");
	return boundary;
}

struct span
boundary_choose(struct reading *r, struct node *n, const struct params *type)
{
	struct candidates c = { .count = 0 };
	struct span none = { NULL, 0 };

	collect(r, n, &c, type);
	for (int i = 0; i < c.count; i++) {
		check_outer(r, n, c.list[i]);
		if (found(n->body, c.list[i]))
			return c.list[i];
	}
	return guess(r, n, c.count ? c.list[0] : none);
}
