/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_RELATIONS_H
#define SKM_MAIL_RELATIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "milter/base/arena.h"

/*
 * What the XML of an office document leads to or runs, by a real XML parser:
 * quotes, entities, encodings and prefixes are as they may be. Nothing outside
 * the bytes is read and no entity of the document's own is expanded.
 */
struct relations {
	struct arena *arena;
	void *owner;
	/* An external relationship (ECMA-376 part 2, 9.3): the last word of
	 * its type ("attachedTemplate") and its target. In ODF, which has no
	 * relationships, the element that loads it ("table-source") or leads
	 * there ("a"). Or NULL. */
	void (*external)(void *owner, const char *type, const char *target);
	/* Another part of the document, by the last word of its relationship's
	 * type; of ODF only "encryption-data" of one that is encrypted, without
	 * its target. Or NULL. */
	void (*internal)(void *owner, const char *type, const char *target);
	/* What an event of the document runs, or an action of a slide; or
	 * NULL. */
	void (*event)(void *owner, const char *what, const char *runs);
	/* A field's instruction, put together from its runs, without blanks in
	 * front and the first 4,095 bytes of it; or "DDE service topic" of a
	 * spreadsheet's or text's link. Or NULL. */
	void (*field)(void *owner, const char *text);
};

/* Reads the XML; what is broken ends it. */
void
relations_read(const struct relations *want, const void *bytes, size_t size);

#endif
