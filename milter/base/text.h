/* SPDX-License-Identifier: ISC */
#ifndef SKM_BASE_TEXT_H
#define SKM_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Text that came from outside, made safe for a terminal, a log line and a
 * page: valid UTF-8, no control characters, and the characters that change how
 * others look (bidi controls, zero-width) shown as <U+202E>.
 */

/*
 * Copies len bytes to out (size bytes, NUL-terminated), made printable. Bytes
 * that are not UTF-8 become "\xNN". What does not fit is cut before a
 * character and ends in "...". Returns true if nothing was cut.
 */
bool text_printable(char *out, size_t size, const char *bytes, size_t len);

/* Is s (len bytes) well-formed UTF-8 (RFC 3629)? NUL bytes are allowed. */
bool text_is_utf8(const char *bytes, size_t len);

/* Is s one of the count strings of list, letters of either case alike? */
bool text_in(const char *s, const char *const *list, size_t count);

/* Does s begin, or end, with this text, letters of either case alike? */
bool text_starts(const char *s, const char *with);
bool text_ends(const char *s, const char *with);

/* Does text, letters of either case alike, stand anywhere in the bytes? */
bool text_holds(const void *bytes, size_t len, const char *text);

/* Lower-cases ASCII letters in place. */
void text_lower(char *s);

#endif
