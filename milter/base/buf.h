/* SPDX-License-Identifier: ISC */
#ifndef SKM_BASE_BUF_H
#define SKM_BASE_BUF_H

#include <stddef.h>

/*
 * Growing bytes that cannot be made without a limit.
 *
 * The bytes are always followed by a NUL that is not counted, so that text in
 * a buffer is a C string. Adding past the limit adds nothing and returns -1:
 * the caller says what that means (a fact, a reason), it is never a silent cut.
 */
struct buf {
	unsigned char *data; /* NULL until something is added */
	size_t len;
	size_t size;
	size_t limit;
};

/* An empty buffer that will never hold more than limit bytes. */
void buf_init(struct buf *b, size_t limit);

/* Adds len bytes. 0, or -1 when the limit would be passed or memory is out. */
int buf_add(struct buf *b, const void *bytes, size_t len);

/* Adds a string, without its NUL; returns as buf_add(). */
int buf_string(struct buf *b, const char *s);

/* Adds what printf would print; returns as buf_add(). */
int buf_printf(struct buf *b, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The text so far: never NULL, also when nothing was added. */
const char *buf_text(const struct buf *b);

/* Makes it empty and keeps the memory. */
void buf_clear(struct buf *b);

/* Gives the memory back; b is an empty buffer with the same limit after. */
void buf_free(struct buf *b);

#endif
