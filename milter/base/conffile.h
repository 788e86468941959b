/* SPDX-License-Identifier: ISC */
#ifndef SKM_BASE_CONFFILE_H
#define SKM_BASE_CONFFILE_H

#include <stddef.h>

#include "milter/base/reason.h"

/*
 * The syntax of the settings file: "name value;" with the value a word, a
 * quoted string or a list. A JSON object is such a file as well. It knows no
 * setting: whoever calls says what a name and its words mean. Every reason
 * begins with FILE:LINE.
 */
enum {
	CONFFILE_SIZE = 1048576, /* bytes of a file */
	CONFFILE_VALUE = 65536, /* bytes of one word or string */
	CONFFILE_ITEMS = 10000 /* words of one setting */
};

/* One setting as it stands in the file; all of it belongs to the parser and
 * ends with the call. */
struct conffile_entry {
	const char *name;
	char *const *items;
	size_t count; /* 0: an empty list */
	int line;
};

/* Takes one setting; 0, or -1 with the reason (without file and line). */
typedef int
conffile_take(void *to, const struct conffile_entry *entry, struct reason *why);

/*
 * Reads text (len bytes) and gives each setting to take(to, ...), in the order
 * of the file. file is its name in reasons. Stops at the first fault.
 */
int conffile_parse(const char *file, const char *text, size_t len,
    conffile_take *take, void *to, struct reason *why);

#endif
