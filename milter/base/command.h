/* SPDX-License-Identifier: ISC */
#ifndef SKM_BASE_COMMAND_H
#define SKM_BASE_COMMAND_H

#include <stdbool.h>
#include <stdio.h>
#include <jansson.h>

#include "milter/base/conf.h"

/*
 * What an operator can type: a table of verbs, each with its function. The
 * usage text and --help come from the table.
 */
struct command {
	const char *words;     /* "quarantine show", matched from the left */
	const char *arguments; /* "ID [--json]", for the usage line */
	const char *help;      /* one sentence */
	int (*run)(const struct conf *conf, int argc, char **argv);
};

enum { COMMAND_OK = 0, COMMAND_FAILED = 1, COMMAND_USAGE = 2 };

/*
 * Finds the row whose words argv begins with and runs it with the rest
 * (argv[0] is then the last of the words). Prints usage on standard error and
 * returns COMMAND_USAGE when there is none. "--help" behind the words prints
 * the row's usage and help.
 */
int command_run(const struct command *rows, size_t count,
    const struct conf *conf, int argc, char **argv);

/* Prints every row's usage and help. */
void command_help(FILE *out, const struct command *rows, size_t count);

/*
 * Takes "--name VALUE" or "--name=VALUE" out of argv and returns VALUE, or
 * NULL when it is not there. *argc shrinks. Call before reading positions. name
 * may be given with its dashes. Nothing is taken from behind a "--".
 */
const char *command_option(int *argc, char **argv, const char *name);

/* Takes the flag "--name" out of argv; true if it was there. */
bool command_flag(int *argc, char **argv, const char *name);

/* The first argument that still begins with "-" (and is not "-"), or NULL. */
const char *command_unknown(int argc, char **argv);

/*
 * Prints one value on its own line as JSON (--json), UTF-8 as it is.
 * Steals the reference.
 */
void command_print_json(json_t *value);

#endif
