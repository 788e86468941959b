/* SPDX-License-Identifier: ISC */
#include <string.h>
#include <strings.h>

#include "milter/mail/author.h"
#include "milter/mail/link.h"
#include "milter/mail/words.h"
#include "milter/base/banned.h"

/* Two in one From are rare, and more than two are told anyway. */
enum { MAILBOXES = 4 };

/* One mailbox (RFC 5322 3.4), its pieces as they stand, in the arena. */
struct mailbox {
	char *phrase; /* outside of brackets, quotes and comments */
	char *comment; /* of the comments */
	char *angle; /* inside <> */
	size_t phrase_len, comment_len, angle_len;
	int angles;
	bool at_in_phrase;
	bool glued; /* a comment that touches an address */
	bool unclosed;
};

struct scan {
	struct span rest;
	int depth; /* of comments */
	bool quote, angle;
};

static void
put(char *to, size_t *len, unsigned char c)
{
	to[(*len)++] = (char)c;
}

static void
in_comment(struct scan *s, struct mailbox *m, unsigned char c)
{
	if (c == '(')
		s->depth++;
	else if (c == ')' && --s->depth == 0)
		c = ' ';
	put(m->comment, &m->comment_len, c);
}

/* One character that is not quoted; false at the end of the mailbox. */
static bool
plain(struct scan *s, struct mailbox *m, unsigned char c)
{
	unsigned char before = s->rest.at[-1];

	switch (c) {
	case '(':
		s->depth = 1;
		m->glued |= before > ' ' && before != '>' && before != ')' &&
			    (m->at_in_phrase || s->angle);
		return true;
	case '<':
		s->angle = true;
		m->angles++;
		return true;
	case '>':
		s->angle = false;
		return true;
	case ',':
	case ';':
		if (!s->angle)
			return false;
		break;
	default:
		break;
	}
	if (s->angle)
		put(m->angle, &m->angle_len, c);
	else
		put(m->phrase, &m->phrase_len, c);
	m->at_in_phrase |= c == '@' && !s->angle;
	return true;
}

static void
in_quote(struct scan *s, struct mailbox *m, unsigned char c)
{
	if (c == '\\' && s->rest.len > 1) {
		s->rest = span_from(s->rest, 1);
		c = s->rest.at[0];
	}
	if (s->angle)
		put(m->angle, &m->angle_len, c);
	else
		put(m->phrase, &m->phrase_len, c);
}

/* Reads one mailbox off s; false if there is none. */
static bool
next(struct arena *a, struct scan *s, struct mailbox *m)
{
	bool more = s->rest.len > 0;

	*m = (struct mailbox){ .phrase = arena_get(a, s->rest.len + 1),
		.comment = arena_get(a, s->rest.len + 1),
		.angle = arena_get(a, s->rest.len + 1) };
	for (bool on = more; on && s->rest.len > 0;
	     s->rest = span_from(s->rest, 1)) {
		unsigned char c = s->rest.at[0];

		if (s->depth > 0)
			in_comment(s, m, c);
		else if (c == '"')
			s->quote = !s->quote;
		else if (s->quote)
			in_quote(s, m, c);
		else
			on = plain(s, m, c);
	}
	m->unclosed = s->depth > 0 || s->quote || s->angle;
	return more;
}

static char *
trimmed(struct arena *a, const char *s)
{
	return span_copy(a, span_trim(span_string(s)));
}

/* An address without what is not part of it; a route (RFC 5322 4.4) goes. */
static char *
spec(struct arena *a, const struct mailbox *m)
{
	char *s = trimmed(a, m->angles ? m->angle : m->phrase), *colon;

	if (*s == '@' && (colon = strchr(s, ':')))
		s = colon + 1;
	return s;
}

static bool
has_control(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < ' ' || *s == 127)
			return true;
	return false;
}

/* Why readers could show or check another address, or NULL. */
static const char *
trouble(const struct mailbox *m, const char *address)
{
	const char *at = strchr(address, '@');

	if (m->angles > 1)
		return "two addresses in brackets";
	if (m->unclosed)
		return "a bracket, quote or comment without end";
	if (m->glued)
		return "a comment inside an address";
	if (at && strchr(at + 1, '@'))
		return "two @ in an address";
	if (strstr(address, "=?") || has_control(address))
		return "an encoded or control character in an address";
	if (m->angles && strchr(m->angle, ':'))
		return "a route";
	if (m->angles && m->at_in_phrase &&
	    strcasestr(m->phrase, address) == NULL)
		return "an address before the address";
	return NULL;
}

static void
show(struct reading *r, const struct mailbox *m, const char *address)
{
	struct message *msg = r->message;
	const char *at = strrchr(address, '@');
	const char *name = m->angles ? m->phrase : m->comment;

	msg->from_address = address;
	msg->from_domain = at ? link_domain(msg->arena, at + 1) : "";
	msg->from_display =
	    words_decode(msg->arena, span_trim(span_string(name)), NULL);
}

/* The mailboxes of one From field; how many addresses it has. */
static int
read_field(struct reading *r, struct node *root, const struct header *h,
    bool first)
{
	struct arena *a = r->message->arena;
	struct scan s = { .rest = span_string(arena_printf(a, ",%s", h->raw)) };
	struct mailbox m;
	int count = 0;

	s.rest = span_from(s.rest, 1);
	for (int i = 0; i < MAILBOXES && next(a, &s, &m); i++) {
		char *address = spec(a, &m);
		const char *why = trouble(&m, address);

		if (why)
			reading_mark(r, root, MARK_TWO_FROM, NULL, "%s: %s",
			    why, reading_seen(r, span_string(h->raw)));
		if (first && (count == 0) && *address)
			show(r, &m, address);
		count += strchr(address, '@') != NULL;
	}
	if (span_trim(s.rest).len > 0)
		reading_mark(r, root, MARK_LIMIT, NULL, "mailboxes of From: %d",
		    MAILBOXES);
	return count;
}

void
author_read(struct reading *r, struct node *root)
{
	const struct header *first = message_header(&root->part, "From");
	struct message *m = r->message;

	m->from_address = m->from_domain = m->from_display = "";
	for (const struct header *h = first; h; h = h->next) {
		if (strcasecmp(h->name, "From") != 0)
			continue;
		if (read_field(r, root, h, h == first) > 1)
			reading_mark(r, root, MARK_TWO_FROM, NULL,
			    "two addresses: %s",
			    reading_seen(r, span_string(h->raw)));
		if (h != first)
			reading_mark(r, root, MARK_TWO_FROM, NULL,
			    "two From fields: %s",
			    reading_seen(r, span_string(h->raw)));
	}
}
