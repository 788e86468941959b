/* SPDX-License-Identifier: ISC */
#include <string.h>
#include <strings.h>

#include "milter/base/count.h"
#include "milter/mail/charset.h"
#include "milter/mail/header.h"
#include "milter/mail/words.h"
#include "milter/base/banned.h"

struct section {
	struct reading *r;
	struct node *n;
	struct header **end;
	struct span rest; /* what is not read yet */
	struct span name, value; /* of the open field; no name: none is open */
	int fields;
	size_t bytes;
	bool full; /* a limit was reached: fields are passed over */
};

static const struct {
	const char *name;
	enum mark_kind mark;
} singles[] = {
	{ "Content-Type", MARK_DUPLICATE_TYPE },
	{ "Content-Transfer-Encoding", MARK_DUPLICATE_ENCODING },
	{ "Content-Disposition", MARK_DUPLICATE_DISPOSITION },
};

const struct header *
message_header(const struct part *part, const char *name)
{
	const struct header *h = part->headers;

	while (h && strcasecmp(h->name, name) != 0)
		h = h->next;
	return h;
}

static bool
blank(struct span s)
{
	return span_trim(s).len == 0;
}

static void
mark(struct section *s, enum mark_kind kind, struct span seen)
{
	reading_mark(s->r, s->n, kind, seen.at, "%s",
	    reading_seen(s->r, span_chomp(seen)));
}

/* A C string cannot hold NUL, and what stands behind one must stay visible. */
static char *
without_nul(struct arena *a, struct span s)
{
	char *copy = span_copy(a, s);

	if (span_find(s, 0) == s.len)
		return copy;
	for (size_t i = 0; i < s.len; i++)
		if (copy[i] == 0)
			copy[i] = ' ';
	return copy;
}

static bool
within_limits(struct section *s)
{
	const struct message_limits *l = s->r->limits;

	if (s->full)
		return false;
	if (++s->fields > l->headers)
		reading_mark(s->r, s->n, MARK_LIMIT, s->name.at,
		    "header fields: %d", l->headers);
	else if (s->bytes > l->header_bytes)
		reading_mark(s->r, s->n, MARK_LIMIT, s->name.at,
		    "header bytes: %zu", l->header_bytes);
	else
		return true;
	s->full = true;
	return false;
}

/* Adds the open field to the part. */
static void
close_field(struct section *s)
{
	struct arena *a = s->r->message->arena;
	unsigned trouble = 0;
	struct header *h;
	struct span value = s->value;

	if (s->name.len == 0)
		return;
	s->bytes += s->name.len + value.len;
	if (within_limits(s)) {
		h = arena_get(a, sizeof *h);
		h->name = without_nul(a, s->name);
		value = span_chomp(value);
		h->raw = without_nul(a, value);
		h->value =
		    words_decode(a, span_trim(span_string(h->raw)), &trouble);
		if (trouble & CHARSET_MISMATCH)
			reading_mark(s->r, s->n, MARK_CHARSET_MISMATCH,
			    value.at, "%s", h->name);
		*s->end = h;
		s->end = &h->next;
	}
	s->name.len = 0;
}

/* Blanks before the colon: some readers see the field, some do not. */
static struct span
field_name(struct section *s, struct span line, size_t colon)
{
	struct span name = { line.at, colon }, bare = name;

	while (bare.len > 0 &&
	       (bare.at[bare.len - 1] == ' ' || bare.at[bare.len - 1] == '\t'))
		bare.len--;
	if (bare.len < name.len)
		mark(s, MARK_BAD_HEADER, line);
	return bare;
}

static bool
has_blank(struct span name)
{
	return span_find(name, ' ') < name.len ||
	       span_find(name, '\t') < name.len;
}

static bool
is_printable(struct span name)
{
	for (size_t i = 0; i < name.len; i++)
		if (name.at[i] < 33 || name.at[i] > 126)
			return false;
	return true;
}

/* Opens the field that line begins; false if it is no field. */
static bool
open_field(struct section *s, struct span line)
{
	size_t colon = span_find(line, ':');
	struct span name;

	if (colon == 0 || colon == line.len)
		return false;
	name = field_name(s, line, colon);
	if (name.len == 0 || has_blank(name))
		return false;
	if (!is_printable(name))
		mark(s, MARK_EIGHT_BIT_NAME, name);
	s->name = name;
	s->value = span_from(line, colon + 1);
	return true;
}

/* The line that a mailbox file puts before a message: no field, no harm. */
static bool
is_mbox_line(const struct section *s, struct span line)
{
	return s->fields == 0 && s->name.len == 0 &&
	       (span_starts(line, "From ") || span_starts(line, ">From "));
}

/* A carriage return that ends no line: readers that take it for a line end
 * see other fields. */
static void
check_returns(struct section *s, struct span line)
{
	struct span body = span_chomp(line);
	size_t cr = span_find(body, '\r');

	if (cr < body.len)
		reading_mark(s->r, s->n, MARK_BARE_CR, body.at + cr,
		    "in a header field");
}

/* Takes one line; false when the section ends before it. */
static bool
take_line(struct section *s, struct span line)
{
	bool folded = line.at[0] == ' ' || line.at[0] == '\t';

	check_returns(s, line);
	if (folded && s->name.len > 0) {
		s->value.len = (size_t)(line.at + line.len - s->value.at);
		if (blank(line))
			mark(s, MARK_BAD_HEADER, line);
		return true;
	}
	close_field(s);
	if (is_mbox_line(s, line))
		return true;
	if (!folded && open_field(s, line))
		return true;
	mark(s, MARK_BAD_HEADER, line);
	return false;
}

void
header_read(struct reading *r, struct node *n)
{
	struct section s = { .r = r,
		.n = n,
		.end = &n->part.headers,
		.rest = n->whole };
	struct span before = s.rest, line;

	while (span_line(&s.rest, &line)) {
		if (line.at[0] == '\r' || line.at[0] == '\n')
			if (blank(line))
				break;
		if (!take_line(&s, line)) {
			s.rest = before;
			break;
		}
		before = s.rest;
	}
	close_field(&s);
	n->body = s.rest;
	header_duplicates(r, n);
}

static bool
same_value(const struct header *a, const struct header *b)
{
	struct span x = span_trim(span_string(a->raw));

	return span_is(span_trim(span_string(b->raw)),
		   x.len ? (const char *)x.at : "") ||
	       strcmp(a->raw, b->raw) == 0;
}

void
header_duplicates(struct reading *r, struct node *n)
{
	for (size_t i = 0; i < COUNT(singles); i++) {
		const struct header *first =
		    message_header(&n->part, singles[i].name);

		if (first == NULL)
			continue;
		for (const struct header *h = first->next; h; h = h->next)
			if (strcasecmp(h->name, singles[i].name) == 0 &&
			    !same_value(first, h))
				reading_mark(r, n, singles[i].mark, NULL,
				    "%s, then %s",
				    reading_seen(r, span_string(first->raw)),
				    reading_seen(r, span_string(h->raw)));
	}
}

bool
header_begins(struct span s)
{
	struct span line, name;

	if (!span_line(&s, &line))
		return false;
	if (span_starts(line, "From "))
		return true;
	name = (struct span){ line.at, span_find(line, ':') };
	if (name.len == 0 || name.len == line.len)
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (name.at[i] < 33 || name.at[i] > 126)
			return false;
	return true;
}
