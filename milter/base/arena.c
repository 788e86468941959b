/* SPDX-License-Identifier: ISC */
#include <assert.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "milter/base/arena.h"
#include "milter/base/banned.h"

/* What most messages need fits into a few of these. */
enum { CHUNK = 65536 };

struct chunk {
	struct chunk *next;
	size_t size, used;
	_Alignas(max_align_t) unsigned char bytes[];
};

struct arena {
	size_t limit, held;
	struct chunk *first;
};

/* Status 75 (EX_TEMPFAIL) is what the parent knows as "gave up". _exit, since
 * an exit handler must not run on a message that got this far. */
static void __attribute__((noreturn)) give_up(void)
{
	_exit(EX_TEMPFAIL);
}

struct arena *
arena_new(size_t limit)
{
	struct arena *a = calloc(1, sizeof *a);

	if (a == NULL)
		give_up();
	a->limit = limit;
	return a;
}

static struct chunk *
chunk_new(size_t size)
{
	struct chunk *c = calloc(1, sizeof *c + size);

	if (c == NULL)
		give_up();
	c->size = size;
	return c;
}

static struct chunk *
chunk_for(struct arena *a, size_t size)
{
	struct chunk *c = a->first;

	if (c != NULL && c->size - c->used >= size)
		return c;
	if (size > CHUNK / 4 && c != NULL) {
		/* A large one does not waste the rest of the first chunk. */
		struct chunk *large = chunk_new(size);

		large->next = c->next;
		c->next = large;
		return large;
	}
	c = chunk_new(size > CHUNK ? size : CHUNK);
	c->next = a->first;
	a->first = c;
	return c;
}

void *
arena_get(struct arena *a, size_t size)
{
	const size_t align = _Alignof(max_align_t);

	/* Something of no size still has an address of its own. */
	size_t rounded = size == 0 ? align : (size + align - 1) / align * align;

	if (rounded < size || rounded > a->limit - a->held)
		give_up();
	struct chunk *c = chunk_for(a, rounded);
	void *got = c->bytes + c->used;
	c->used += rounded;
	a->held += rounded;
	return got;
}

char *
arena_copy(struct arena *a, const char *s, size_t len)
{
	if (len == SIZE_MAX)
		give_up();
	char *copy = arena_get(a, len + 1);
	if (len > 0)
		memcpy(copy, s, len);
	return copy;
}

char *
arena_string(struct arena *a, const char *s)
{
	return arena_copy(a, s, strlen(s));
}

char *
arena_printf(struct arena *a, const char *format, ...)
{
	va_list args, again;

	va_start(args, format);
	va_copy(again, args);
	int len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0)
		give_up();
	char *text = arena_get(a, (size_t)len + 1);
	vsnprintf(text, (size_t)len + 1, format, again);
	va_end(again);
	return text;
}

void
arena_free(struct arena **a)
{
	if (*a == NULL)
		return;
	for (struct chunk *c = (*a)->first, *next; c != NULL; c = next) {
		next = c->next;
		free(c);
	}
	free(*a);
	*a = NULL;
}
