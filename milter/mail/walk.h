/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_WALK_H
#define SKM_MAIL_WALK_H

#include "milter/mail/reading.h"

/*
 * A message as one kind of reader takes it apart: what stands in it, without
 * looking into files. What kind of reader is told by its traits; which of them
 * the message made it use is told back. Two readers that agree on all the
 * traits one of them was asked for have read the same.
 *
 * One pass over the lines with the open multiparts on a stack: linear in the
 * size, whatever the nesting.
 */
enum trait {
#define TRAIT(id, text) TRAIT_##id,
#include "milter/mail/traits.def"
#undef TRAIT
	TRAIT_COUNT
};

#define TRAIT_BIT(id) ((uint32_t)1 << TRAIT_##id)

/* The fields that say what a part is. */
enum walk_field { FIELD_TYPE, FIELD_ENCODING, FIELD_DISPOSITION, FIELD_COUNT };

/* The values of one field as they stand: the first and the last. */
struct walk_values {
	struct span first, last;
	int count;
};

/* What a reader shows: text, or a file. */
struct leaf {
	struct span body; /* as it stands, encoded */
	const char *encoding; /* lower case; "" if it has none */
	const char *type; /* lower case */
	const char *name; /* of the file, UTF-8, or "" */
	/* by view.c: */
	size_t size; /* of what it shows */
	bool odd; /* base64 that is none */
	bool ragged; /* base64 with lines that are not of whole groups */
	bool words; /* plain text without a name */
	uint8_t hash[HASH_BYTES]; /* of that, of text without blanks */
	struct leaf *next;
};

struct level {
	struct span boundary;
	const unsigned char *start; /* of what it has before the first part */
	const char *standard; /* the type of parts that name none */
	bool begun, closed;
};

/* Bytes that are to be read after these, with the boundary that was guessed
 * for them, or none. */
struct walk_source {
	struct span bytes, boundary;
	struct walk_source *next;
};

struct walk {
	struct arena *arena;
	const struct message_limits *limits;
	uint32_t traits; /* of the reader */
	uint32_t asked; /* those that mattered */
	bool cr, lf; /* the message has bare ones, and line ends beside */
	struct leaf *leaves; /* in the order in which they were found */
	int count;
	bool full; /* a limit was hit: there is more */

	/* on the way */
	struct leaf **end;
	struct walk_source *sources;
	struct level *levels;
	int depth, messages, later; /* how many so far */
	const unsigned char *guessed; /* a boundary that is_hidden() saw */
	bool blind; /* it saw none */
	enum { WALK_HEADER, WALK_BODY, WALK_OTHER } state;
	const unsigned char *start; /* of the header or body */
	const unsigned char *stop; /* the end of the source */
	int searches; /* by reappears(), so far */
	struct walk_values fields[FIELD_COUNT];
	struct span *open; /* the value that may go on */
	bool any; /* field was seen in this header */
	bool mime; /* there was a MIME-Version, or this is a part */
	const char *standard;
	const char *type, *encoding, *name; /* of the open body */
	bool guess; /* it may be a multipart in disguise */
};

/* What a trait is, for people. */
const char *trait_text(enum trait trait);

/* Does the reader have this trait? That it was asked is kept. */
bool walk_asks(struct walk *w, enum trait trait);

/* Reads bytes. The caller sets arena, limits, traits, cr and lf of a zeroed
 * *w; the leaves live in the arena and point into bytes. */
void walk_message(struct walk *w, struct span bytes);

#endif
