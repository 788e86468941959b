/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/mail/boundary.h"
#include "milter/mail/multipart.h"
#include "milter/mail/uuencode.h"
#include "milter/base/banned.h"

enum { NEAR_SEARCHED = 32 };

struct split {
	struct reading *r;
	struct node *n;
	struct span boundary;
	const unsigned char *start; /* of the open part or text */
	struct span preamble, epilogue;
	int near;
	bool begun, closed;
};

/* The bytes from start up to the line at end; the line end before a
 * delimiter belongs to the delimiter (RFC 2046 5.1.1). */
static struct span
between(const unsigned char *start, const unsigned char *end)
{
	return span_chomp((struct span){ start, (size_t)(end - start) });
}

static void
add_part(struct split *s, const unsigned char *end)
{
	struct node *child =
	    reading_part(s->r, s->n, ORIGIN_MIME, between(s->start, end));

	if (child && strcmp(s->n->part.type, "multipart/digest") == 0)
		child->standard = "message/rfc822";
}

/* Ends what is open before the line at end. */
static void
end_open(struct split *s, const unsigned char *end)
{
	if (!s->begun)
		s->preamble = between(s->start, end);
	else if (!s->closed)
		add_part(s, end);
	else
		s->epilogue = between(s->start, end);
}

static void
delimiter(struct split *s, struct span line, enum boundary_line kind)
{
	end_open(s, line.at);
	if (s->closed)
		reading_mark(s->r, s->n, MARK_HIDDEN_PARTS, line.at,
		    "after the last boundary: %s",
		    reading_seen(s->r, span_trim(line)));
	s->begun = true;
	s->closed = kind == LINE_CLOSE;
	s->start = line.at + line.len;
}

/*
 * Is the line the boundary of a multipart inside, which was announced before
 * it? Some mailers make inner boundaries by writing behind the outer one. Only
 * the first few near lines are worth a search.
 */
static bool
announced(struct split *s, struct span line)
{
	struct span b = span_from(span_trim(line), 2);
	size_t before = (size_t)(line.at - s->n->body.at);

	if (s->near++ >= NEAR_SEARCHED)
		return false;
	if (b.len > s->boundary.len + 2 &&
	    memcmp(b.at + b.len - 2, "--", 2) == 0 &&
	    memmem(s->n->body.at, before, b.at, b.len - 2))
		return true;
	return memmem(s->n->body.at, before, b.at, b.len) != NULL;
}

static void
take_line(struct split *s, struct span line)
{
	bool odd = false;
	enum boundary_line kind = boundary_line(line, s->boundary, &odd);

	if (kind == LINE_OTHER)
		return;
	if ((kind == LINE_NEAR && !announced(s, line)) || odd)
		reading_mark(s->r, s->n, MARK_BAD_BOUNDARY, line.at,
		    "almost a boundary: %s",
		    reading_seen(s->r, span_chomp(line)));
	if (kind != LINE_NEAR)
		delimiter(s, line, kind);
}

/* Text that readers do not show, unless they guess: a part of its own if it
 * looks like one. */
static void
check_text(struct split *s, struct span text)
{
	struct span rest = text, line;

	uuencode_read(s->r, s->n, text);
	while (span_line(&rest, &line)) {
		if (!boundary_content_field(line))
			continue;
		if (span_trim(rest).len == 0)
			return;
		reading_mark(s->r, s->n, MARK_HIDDEN_PARTS, line.at, "%s",
		    reading_seen(s->r, span_chomp(line)));
		(void)reading_part(s->r, s->n, ORIGIN_MIME,
		    (struct span){ line.at,
			(size_t)(text.at + text.len - line.at) });
		return;
	}
}

bool
multipart_split(struct reading *r, struct node *n, const struct params *type)
{
	struct split s = { .r = r, .n = n, .start = n->body.at };
	struct span rest = n->body, line;

	s.boundary = n->boundary = boundary_choose(r, n, type);
	if (s.boundary.len == 0)
		return false;
	while (span_line(&rest, &line))
		take_line(&s, line);
	end_open(&s, n->body.at + n->body.len);
	if (!s.closed)
		reading_mark(r, n, MARK_MISSING_END, n->body.at, "%s",
		    reading_seen(r, s.boundary));
	check_text(&s, s.preamble);
	check_text(&s, s.epilogue);
	return true;
}

bool
multipart_hidden(struct span text)
{
	return boundary_guess(text).len > 0;
}
