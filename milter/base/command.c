/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "milter/base/command.h"
#include "milter/base/banned.h"

/* How many arguments the row's words take if argv begins with them, else 0. */
static int
match(const char *words, int argc, char **argv)
{
	int count = 0;

	while (*words != '\0') {
		size_t len = strcspn(words, " ");

		if (count == argc || strlen(argv[count]) != len ||
		    memcmp(argv[count], words, len) != 0)
			return 0;
		words += len + (words[len] == ' ');
		count++;
	}
	return count;
}

static void
usage(FILE *out, const struct command *row)
{
	fprintf(out, "usage: %s %s%s%s\n", program_invocation_short_name,
	    row->words, row->arguments[0] ? " " : "", row->arguments);
}

/* The row with the most words that argv begins with; count is how many. */
static const struct command *
find(const struct command *rows, size_t count, int argc, char **argv,
    int *matched)
{
	const struct command *best = NULL;

	*matched = 0;
	for (size_t i = 0; i < count; i++) {
		int n = match(rows[i].words, argc, argv);

		if (n > *matched) {
			*matched = n;
			best = &rows[i];
		}
	}
	return best;
}

/* "quarantine" alone: show what can stand behind it; else show everything. */
static int
not_found(const struct command *rows, size_t count, int argc, char **argv)
{
	size_t len = argc > 0 ? strlen(argv[0]) : 0;
	int shown = 0;

	for (size_t i = 0; i < count && len > 0; i++) {
		if (strncmp(rows[i].words, argv[0], len) != 0 ||
		    rows[i].words[len] != ' ')
			continue;
		usage(stderr, &rows[i]);
		shown = 1;
	}
	if (!shown && argc > 0)
		fprintf(stderr, "%s: there is no command \"%s\"\n",
		    program_invocation_short_name, argv[0]);
	if (!shown)
		command_help(stderr, rows, count);
	return COMMAND_USAGE;
}

int
command_run(const struct command *rows, size_t count, const struct conf *conf,
    int argc, char **argv)
{
	int matched;
	const struct command *row = find(rows, count, argc, argv, &matched);

	if (row == NULL)
		return not_found(rows, count, argc, argv);
	argc -= matched - 1;
	argv += matched - 1;
	if (argc > 1 && strcmp(argv[1], "--help") == 0) {
		usage(stdout, row);
		printf("%s\n", row->help);
		return COMMAND_OK;
	}
	int status = row->run(conf, argc, argv);
	if (status == COMMAND_USAGE)
		usage(stderr, row);
	return status;
}

void
command_help(FILE *out, const struct command *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		fprintf(out, "%s %s%s%s\n    %s\n",
		    program_invocation_short_name, rows[i].words,
		    rows[i].arguments[0] ? " " : "", rows[i].arguments,
		    rows[i].help);
}

/* Takes count arguments at place out of argv. */
static void
take(int *argc, char **argv, int place, int count)
{
	*argc -= count;
	for (int i = place; i < *argc; i++)
		argv[i] = argv[i + count];
	argv[*argc] = NULL;
}

/* What stands behind "--name" in given: "", "=VALUE"; NULL: another option. */
static const char *
behind(const char *given, const char *name)
{
	size_t len;

	if (strncmp(name, "--", 2) == 0)
		name += 2;
	len = strlen(name);
	if (strncmp(given, "--", 2) != 0 || strncmp(given + 2, name, len) != 0)
		return NULL;
	given += 2 + len;
	return *given == '\0' || *given == '=' ? given : NULL;
}

const char *
command_option(int *argc, char **argv, const char *name)
{
	for (int i = 1; i < *argc && strcmp(argv[i], "--") != 0; i++) {
		const char *value = behind(argv[i], name);

		if (value == NULL || (*value == '\0' && i + 1 == *argc))
			continue;
		if (*value == '=') {
			take(argc, argv, i, 1);
			return value + 1;
		}
		value = argv[i + 1];
		take(argc, argv, i, 2);
		return value;
	}
	return NULL;
}

bool
command_flag(int *argc, char **argv, const char *name)
{
	for (int i = 1; i < *argc && strcmp(argv[i], "--") != 0; i++) {
		const char *value = behind(argv[i], name);

		if (value == NULL || *value != '\0')
			continue;
		take(argc, argv, i, 1);
		return true;
	}
	return false;
}

const char *
command_unknown(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (argv[i][0] == '-' && argv[i][1] != '\0')
			return argv[i];
	return NULL;
}

void
command_print_json(json_t *value)
{
	/* Not JSON_ENSURE_ASCII: people read Japanese, not \uXXXX. */
	json_dumpf(value, stdout, JSON_COMPACT | JSON_ENCODE_ANY);
	putchar('\n');
	json_decref(value);
}
