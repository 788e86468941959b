/* SPDX-License-Identifier: ISC */
#ifndef SKM_INSPECT_FILENAME_H
#define SKM_INSPECT_FILENAME_H

#include <stdbool.h>

#include "milter/base/arena.h"

/*
 * A file name as Windows would read it and as a person would see it. Where the
 * two differ, somebody may be lying.
 */
enum family {
	FAMILY_UNKNOWN,
	FAMILY_PROGRAM,
	FAMILY_SCRIPT,
	FAMILY_SHORTCUT,
	FAMILY_DISK,
	FAMILY_OFFICE,
	FAMILY_PDF,
	FAMILY_IMAGE,
	FAMILY_TEXT,
	FAMILY_MEDIA,
	FAMILY_HTML, /* and what else a browser shows with scripts */
	FAMILY_ARCHIVE,
	FAMILY_MAIL
};

/* One row of endings.def. */
struct ending {
	const char *ending;
	enum family family;
	bool runs;
};

struct filename {
	const char *ending; /* that Windows obeys: lower case, without the dot,
			     * behind no stream name, dots or blanks; "" */
	const char *before; /* the ending before it, or "" */
	const struct ending *kind; /* the row of ending, NULL: none */
	bool bidi; /* a control that turns text around */
	bool invisible; /* a character that nobody sees */
	bool padded; /* a long run of blanks before the ending */
	bool trailing; /* dots or blanks behind a known ending */
	bool fullwidth; /* a known ending in full-width letters */
};

/* Reads a name (UTF-8; other bytes are as U+FFFD) into the arena. */
struct filename filename_read(struct arena *a, const char *name);

/* The row of endings.def, letters of either case alike, or NULL. */
const struct ending *filename_ending(const char *ending);

/* Does the row belong to a file that people take for harmless: a document,
 * a picture, a text? NULL does not. */
bool filename_harmless(const struct ending *kind);

#endif
