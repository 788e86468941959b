/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_SPAN_H
#define SKM_MAIL_SPAN_H

#include <stdbool.h>
#include <stddef.h>

#include "milter/base/arena.h"

/*
 * A stretch of bytes that somebody else owns, so that a message is looked at
 * in place and never copied to be parsed. Bytes are any bytes: NUL is one.
 */
struct span {
	const unsigned char *at;
	size_t len;
};

/* The bytes of a string. */
struct span span_string(const char *s);

/* What is left of s from byte skip on; empty if it has not so many. */
struct span span_from(struct span s, size_t skip);

/* Without blanks, tabs and line ends at both ends. */
struct span span_trim(struct span s);

/*
 * Takes the next line off *rest: the bytes up to and with its line feed, or
 * all that is left. False when nothing is left.
 */
bool span_line(struct span *rest, struct span *line);

/* line without the line feed, and the carriage return before it, at its end */
struct span span_chomp(struct span line);

/* Is s this text, ASCII letters of either case alike (RFC 5322 names)? */
bool span_is(struct span s, const char *text);

/* Does s begin with this text, ASCII letters of either case alike? */
bool span_starts(struct span s, const char *text);

/* Does s begin with exactly these bytes? */
bool span_begins(struct span s, struct span with);

/* The offset of the first byte c, or s.len. */
size_t span_find(struct span s, int c);

/* A copy in the arena, NUL-terminated; NUL bytes inside stay. */
char *span_copy(struct arena *a, struct span s);

/* A copy in the arena with ASCII letters in lower case. */
char *span_lower(struct arena *a, struct span s);

/* The value of a hex digit of either case, -1 for anything else. */
int span_hex(int c);

#endif
