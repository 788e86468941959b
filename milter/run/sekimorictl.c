/* SPDX-License-Identifier: ISC */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "certs/command_exec.h"
#include "milter/act/commands.h"
#include "milter/base/command.h"
#include "milter/base/count.h"
#include "milter/base/log.h"
#include "milter/quarantine/commands.h"
#include "milter/record/commands.h"
#include "milter/record/report_commands.h"
#include "milter/record/who.h"
#include "milter/run/ctl.h"
#include "milter/run/ctl_out.h"
#include "milter/run/sandbox.h"
#include "policy/commands.h"
#include "milter/base/banned.h"

const char *ctl_file;

/* Verbs that start servers or speak for root; the others become the filter's
 * user first, so that nothing they make belongs to root. */
static const struct command rooted[] = {
#define COMMAND(words, arguments, run, help) { words, arguments, help, run },
#include "milter/run/commands_rooted.def"
#undef COMMAND
};

static const struct command commands[] = {
#define COMMAND(words, arguments, run, help) { words, arguments, help, run },
#include "milter/run/commands.def"
#undef COMMAND
};

static void
print_usage(FILE *out)
{
	fputs("usage: sekimorictl [-c FILE] VERB ...\n\n", out);
	command_help(out, rooted, COUNT(rooted));
	command_help(out, commands, COUNT(commands));
	fputs("\nVERB --help says more. See sekimorictl(1).\n", out);
}

/* Takes "-c FILE" out of the arguments, before or behind the verb. */
static const char *
take_file(int *argc, char **argv)
{
	for (int i = 1; i + 1 < *argc; i++) {
		char *file = argv[i + 1];

		if (strcmp(argv[i], "-c") != 0)
			continue;
		memmove(argv + i, argv + i + 2,
		    (size_t)(*argc - i - 1) * sizeof *argv);
		*argc -= 2;
		return file;
	}
	return NULL;
}

static bool
begins(const char *words, int argc, char **argv)
{
	char rest[128], *word, *save;
	int i = 1;

	snprintf(rest, sizeof rest, "%s", words);
	for (word = strtok_r(rest, " ", &save); word != NULL;
	     word = strtok_r(NULL, " ", &save), i++)
		if (i >= argc || strcmp(argv[i], word) != 0)
			return false;
	return true;
}

/* One verb, with what it was given. */
struct call {
	const struct conf *conf;
	int argc;
	char **argv;
};

static int
as_the_filter(void *context)
{
	const struct call *call = context;
	struct reason why;

	if (sandbox_user(call->conf->user, &why) == -1) {
		fprintf(stderr, "sekimorictl: %s\n", why.text);
		return COMMAND_FAILED;
	}
	return command_run(commands, COUNT(commands), call->conf,
	    call->argc - 1, call->argv + 1);
}

static const char *
take_out(struct call *call)
{
	for (size_t i = 0; i < COUNT(commands); i++)
		if (begins(commands[i].words, call->argc, call->argv) &&
		    strstr(commands[i].arguments, "--out ") != NULL)
			return command_option(&call->argc, call->argv, "--out");
	return NULL;
}

static int
run(const struct conf *conf, int argc, char **argv)
{
	struct call call = { conf, argc, argv };
	const char *out;

	for (size_t i = 0; i < COUNT(rooted); i++)
		if (begins(rooted[i].words, argc, argv))
			return command_run(rooted, COUNT(rooted), conf,
			    argc - 1, argv + 1);
	out = take_out(&call);
	if (out == NULL || strcmp(out, "-") == 0)
		return as_the_filter(&call);
	return ctl_out(out, as_the_filter, &call);
}

static int
begin(int argc, char **argv)
{
	static char whole[4096];
	const char *file = take_file(&argc, argv);
	struct reason why;
	struct conf *conf;
	int status;

	if (file == NULL && access(SKM_SYSCONFDIR "/sekimori.conf", F_OK) == 0)
		file = SKM_SYSCONFDIR "/sekimori.conf";
	if (file != NULL && realpath(file, whole) == NULL) {
		perror(file);
		return COMMAND_USAGE;
	}
	ctl_file = file != NULL ? whole : NULL;
	conf = conf_load(ctl_file, &why);
	if (conf == NULL) {
		fprintf(stderr, "sekimorictl: %s\n", why.text);
		return COMMAND_FAILED;
	}
	status = run(conf, argc, argv);
	conf_free(&conf);
	return status;
}

int
main(int argc, char **argv)
{
	setlocale(LC_CTYPE, "");
	log_open("sekimorictl", 1);
	who_remember();
	/* The servers it starts log where it does. */
	setenv("SEKIMORI_STDERR", "1", 1);
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		puts(PACKAGE_STRING);
		return COMMAND_OK;
	}
	if (argc < 2 || strcmp(argv[1], "--help") == 0 ||
	    strcmp(argv[1], "help") == 0) {
		print_usage(argc < 2 ? stderr : stdout);
		return argc < 2 ? COMMAND_USAGE : COMMAND_OK;
	}
	return begin(argc, argv);
}
