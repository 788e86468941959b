/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_READING_H
#define SKM_MAIL_READING_H

#include <time.h>

#include "milter/mail/message.h"
#include "milter/mail/span.h"

/*
 * The reading of one message: what message_read() and its helpers share.
 *
 * Parts are made in one place, reading_part(), which is where the limits on
 * their number and depth stand; decoded bytes are counted in one place,
 * reading_take(). Nothing here calls itself: the tree is walked in order and
 * each part adds its children before the walk goes on to them.
 */
struct reading {
	struct message *message;
	const struct message_limits *limits;
	size_t decoded; /* bytes so far, all parts together */
	int parts; /* made so far */
	struct locked *locked; /* see unlock.h, as the next two */
	uint64_t hashes; /* blocks spent on tries so far */
	uint64_t pixels; /* of pictures that may still be looked at */
	clock_t looked; /* processor time spent on that, see qr.c */
	bool exhausted; /* of a try since this was set to false */
};

/* A part on its way; the tree that others see is its first member. */
struct node {
	struct part part;
	struct span whole; /* its header and body as they stand in bytes */
	struct span body; /* set with the header */
	struct part *last; /* of its children */
	const char *standard; /* the type when it names none (RFC 2046 5.1.5) */
	struct span boundary; /* of a multipart that was split */
	int depth;
	int children;
	int number; /* among its siblings, from 1 */
	int links;
	struct link *last_link;
	bool headless; /* whole is a body without header fields */
	bool typed; /* it has a Content-Type field */
	bool read; /* its children, if any, are there */
	unsigned marks[MARK_COUNT];
};

/* The node behind a part that reading_part() made. */
struct node *reading_node(struct part *part);

/*
 * A new last child of parent (NULL: the root) for the bytes of whole, or NULL
 * when a limit forbids it, which is then a mark on the parent.
 */
struct node *reading_part(struct reading *r, struct node *parent,
    enum part_origin origin, struct span whole);

/*
 * How many of want decoded bytes may still be made; less than want is a mark
 * on the part.
 */
size_t reading_take(struct reading *r, struct node *n, size_t want);

/*
 * Marks a part. at is where it was seen (NULL if that says nothing, or lies in
 * decoded bytes); text is as by printf. A part keeps the first few marks of a
 * kind, so that a hostile message cannot fill memory with them; the last that
 * is kept then ends in ", and more". The same is not said twice.
 */
void reading_mark(struct reading *r, struct node *n, enum mark_kind kind,
    const unsigned char *at, const char *text, ...)
    __attribute__((format(printf, 5, 6)));

/*
 * A short printable-length copy of bytes for the text of a mark: what was
 * seen, cut after 60 bytes.
 */
const char *reading_seen(struct reading *r, struct span seen);

#endif
