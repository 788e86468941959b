/* SPDX-License-Identifier: ISC */
#ifndef SKM_RECORD_LINE_H
#define SKM_RECORD_LINE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "milter/base/buf.h"
#include "milter/base/hash.h"
#include "milter/base/reason.h"

/*
 * One line of the journal: a JSON object in the one form that counts (no
 * blanks, keys sorted, UTF-8 as it is), with the SHA-256 of itself without the
 * field `hash`. A line in any other form was edited, so that one changed byte
 * is found even where JSON would not mind it.
 */

/* A line is never longer: 10,000 recipients of 1,024 bytes and 1,024 facts
 * must fit, since an event that does not would defer its message for ever. */
enum { LINE_LIMIT = 16 * 1024 * 1024 };

/* Its place in the chain. */
struct line {
	uint64_t seq;
	char prev[HASH_HEX];
	char hash[HASH_HEX];
};

/* Adds event (which has all but its hash, and gets it) and a newline to out;
 * hash is the new one. -1 and out as before when it is too long or no JSON. */
int line_write(json_t *event, struct buf *out, char hash[HASH_HEX],
    struct reason *why);

/* Reads a line without its newline. The event (new reference), or NULL and
 * why: no JSON, doubled keys, a chain field is missing. */
json_t *
line_read(const char *bytes, size_t len, struct line *line, struct reason *why);

/* Are the bytes what line_write() wrote, and is the hash theirs? event is
 * what line_read() made of them. -1 and why when not. */
int line_check(const char *bytes, size_t len, json_t *event,
    const struct line *line, struct reason *why);

#endif
