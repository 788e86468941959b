/* SPDX-License-Identifier: ISC */
#ifndef SKM_INSPECT_MARKUP_H
#define SKM_INSPECT_MARKUP_H

#include <stdbool.h>

#include "milter/base/arena.h"
#include "milter/mail/message.h"

/*
 * The tags of a page one by one, as a browser takes them (HTML 13.2.5): case,
 * blanks, quotes and comments as they may be. Nothing is run or built.
 */
struct markup {
	const char *at; /* what was not read yet */
	const char *name; /* of the tag: lower case, "/form" when it closes */
	const char *attributes; /* as written, in lower case */
	const char *inside; /* of a script: its text; else "" */
	struct arena *arena;
};

/* The part's text in lower case, without NUL bytes (UTF-16) and with ASCII
 * character references decoded. */
char *markup_text(struct arena *a, const struct part *p);

/* Reads the next tag; false at the end. */
bool markup_next(struct markup *m);

/* The value of an attribute of the tag, "" if it is not there. */
const char *markup_value(const struct markup *m, const char *name);

/* Does the tag have an attribute that an event runs ("onload")? */
bool markup_handles(const struct markup *m);

#endif
