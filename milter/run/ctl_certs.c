/* SPDX-License-Identifier: ISC */
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "certs/command_exec.h"
#include "milter/base/command.h"
#include "milter/base/log.h"
#include "milter/record/journal.h"
#include "milter/record/who.h"
#include "milter/run/ctl.h"
#include "milter/base/banned.h"

/*
 * `certs import`: the seal program checks the file and puts it into the store;
 * what it took is recorded here, since it may not touch the journal.
 */
enum { MOST_ARGUMENTS = 32 };

static const char *
text(const json_t *key, const char *name)
{
	const char *value = json_string_value(json_object_get(key, name));

	return value != NULL ? value : "";
}

static int
record_import(struct journal *j, const json_t *key, struct reason *why)
{
	char user[WHO_SIZE];
	const struct actor actor = { .kind = "user", .id = user, .role = "" };
	json_t *fields = json_pack("{s:s,s:s,s:s,s:s}", "kind",
	    text(key, "kind"), "address", text(key, "address"), "id",
	    text(key, "id"), "not_after", text(key, "until"));

	who_typed(user);
	if (fields == NULL)
		return reason_set(why, "out of memory");
	return journal_event(j, EVENT_KEY_IMPORT, &actor, fields, why);
}

/* One line for each key: as JSON, or for people. */
static int
take_line(const struct conf *conf, const char *line, bool json)
{
	json_t *key = json_loads(line, 0, NULL);
	struct journal *j;
	struct reason why;
	int failed = -1;

	if (key == NULL) {
		fputs(line, stdout);
		return 0;
	}
	j = journal_open(conf, &why);
	if (j != NULL)
		failed = record_import(j, key, &why);
	journal_close(&j);
	if (failed)
		log_error("the import is not recorded: %s", why.text);
	if (json)
		fputs(line, stdout);
	else
		printf("%s %s until %s %s\n", text(key, "address"),
		    text(key, "kind"), text(key, "until"), text(key, "id"));
	json_decref(key);
	return failed;
}

static int
read_answer(const struct conf *conf, int fd, bool json)
{
	FILE *in = fdopen(fd, "r");
	char line[4096];
	int failed = 0;

	if (in == NULL)
		return -1;
	while (fgets(line, sizeof line, in) != NULL)
		if (take_line(conf, line, json) == -1)
			failed = -1;
	fclose(in);
	return failed;
}

_Noreturn static void
run(const struct conf *conf, int argc, char **argv, int out)
{
	char json[] = "--json", *all[MOST_ARGUMENTS + 2];

	for (int i = 0; i < argc; i++)
		all[i] = argv[i];
	all[argc] = json;
	all[argc + 1] = NULL;
	if (dup2(out, STDOUT_FILENO) == -1)
		_exit(COMMAND_FAILED);
	_exit(command_certs_import(conf, argc + 1, all));
}

int
ctl_certs_import(const struct conf *conf, int argc, char **argv)
{
	bool json = command_flag(&argc, argv, "--json");
	int answer[2], status = 0, failed;
	pid_t pid;

	if (argc > MOST_ARGUMENTS || pipe2(answer, O_CLOEXEC) == -1)
		return COMMAND_FAILED;
	pid = fork();
	if (pid == 0)
		run(conf, argc, argv, answer[1]);
	close(answer[1]);
	failed = read_answer(conf, answer[0], json);
	if (pid == -1 || waitpid(pid, &status, 0) == -1 || !WIFEXITED(status))
		return COMMAND_FAILED;
	return failed ? COMMAND_FAILED : WEXITSTATUS(status);
}
