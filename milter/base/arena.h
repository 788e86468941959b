/* SPDX-License-Identifier: ISC */
#ifndef SKM_BASE_ARENA_H
#define SKM_BASE_ARENA_H

#include <stddef.h>

/*
 * An arena owns every byte that belongs to one mail message.
 *
 * Nothing taken from an arena is freed by hand: arena_free() ends the message
 * and everything about it. Memory comes back zeroed. There is no failure to
 * check: a message that outgrows its limit ends the process (exit status 75),
 * which the parent reports as the fact "scan.unfinished". So sekimorid, which
 * must not end, feeds an arena only with what it has counted before.
 */
struct arena;

/* A new arena that will never hold more than limit bytes. */
struct arena *arena_new(size_t limit);

/* size zeroed bytes, aligned for any type, alive until arena_free(). */
void *arena_get(struct arena *a, size_t size);

/* A NUL-terminated copy of the len bytes at s, alive until arena_free(). */
char *arena_copy(struct arena *a, const char *s, size_t len);

/* A NUL-terminated copy of the string s, alive until arena_free(). */
char *arena_string(struct arena *a, const char *s);

/* A string made as by printf, alive until arena_free(). */
char *arena_printf(struct arena *a, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Frees *a and all that came from it, and sets *a to NULL; *a may be NULL. */
void arena_free(struct arena **a);

#endif
