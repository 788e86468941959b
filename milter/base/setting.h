/* SPDX-License-Identifier: ISC */
#ifndef SKM_BASE_SETTING_H
#define SKM_BASE_SETTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "milter/base/reason.h"

/*
 * The types of settings: how the words of a file become a value, within its
 * bounds, and how a value is printed so that it can be read back.
 */
struct setting {
	const char *name;
	int64_t least, most;
};

struct setting_type {
	/* Puts the count words of items into the member at to, in place of
	 * what is there; or -1 with the setting, its value and what was
	 * expected, and the member as it was. */
	int (*set)(const struct setting *k, void *to, char *const *items,
	    size_t count, struct reason *why);

	/* Prints the member at from as a file has it. */
	void (*show)(const void *from, FILE *out);

	/* Gives back what the member holds; NULL: it holds nothing. */
	void (*free)(void *from);
};

/* Reads a time as settings have it: "30s", "5m", "2h", "1d", or seconds. False:
 * it is none. */
bool setting_time(const char *s, int64_t *seconds);

/* One a type word of conf.def; the members are those of struct conf. */
extern const struct setting_type setting_text, setting_path, setting_count,
    setting_seconds, setting_size, setting_flag, setting_already, setting_list;

/* A value as a reason shows it: printable, and cut with "..." if long. */
struct setting_shown {
	char text[80];
};

/* Makes value fit for a reason. */
struct setting_shown setting_shown(const char *value);

#endif
