/* SPDX-License-Identifier: ISC */
#ifndef SKM_BASE_CONF_H
#define SKM_BASE_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "milter/base/reason.h"

/*
 * Every setting there is: milter/base/conf.def is the struct, the parser, the
 * bounds and `sekimorictl config show`; the manual is compared with it.
 *
 * A configuration is read once into one struct and never written again; a
 * reload makes a second struct and switches over when it is whole.
 */

/* A list setting; items are NUL-terminated. */
struct conf_list {
	char **items;
	size_t count;
};

/* What becomes of mail that its sender has encrypted for others than those
 * whose keys are known. */
enum conf_already_choice {
	ALREADY_ACCEPT_KNOWN, /* refused */
	ALREADY_ACCEPT_ANY, /* passes */
	ALREADY_IGNORE /* encrypted like any other, also for those */
};

typedef char *conf_path;            /* an absolute path */
typedef char *conf_text;            /* anything */
typedef int64_t conf_count;         /* a number */
typedef int64_t conf_seconds;       /* "30", "5m", "2h", "1d" */
typedef int64_t conf_size;          /* bytes: "64K", "50M", "1G" */
typedef bool conf_flag;             /* on/off, yes/no, true/false */
typedef enum conf_already_choice conf_already;
typedef struct conf_list conf_list; /* a b c, or [ "a", "b" ] */

struct conf {
#define CONF(type, name, initial, least, most, help) conf_##type name;
#include "milter/base/conf.def"
#undef CONF
	char *file; /* where it was read from; NULL: the defaults alone */
};

/*
 * Reads the file (nginx-like or JSON) over the defaults. The configuration,
 * freed by conf_free(); or NULL with file, line, the setting, its value and
 * the bound in why. path NULL: the defaults alone.
 */
struct conf *conf_load(const char *path, struct reason *why);

/* Prints every setting with its value, as a file that conf_load() can read. */
void conf_show(const struct conf *conf, FILE *out);

/* Frees *conf and sets it to NULL; *conf may be NULL. */
void conf_free(struct conf **conf);

#endif
