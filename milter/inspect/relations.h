/* SPDX-License-Identifier: ISC */
#ifndef SKM_INSPECT_RELATIONS_H
#define SKM_INSPECT_RELATIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "milter/base/arena.h"

/*
 * What the XML of an office document leads to or runs, by a real XML parser
 * (xml.h).
 */
struct relations {
	struct arena *arena;
	void *owner;
	/* An external relationship (ECMA-376 part 2, 9.3): the last word of
	 * its type ("attachedTemplate") and its target. */
	void (*external)(void *owner, const char *type, const char *target);
	/* A field's instruction, put together from its runs, or "DDE service
	 * topic" of a spreadsheet's or text's link. */
	void (*field)(void *owner, const char *text);
};

/* Reads the XML; what is broken ends it. */
void
relations_read(const struct relations *want, const void *bytes, size_t size);

#endif
