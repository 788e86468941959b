/* SPDX-License-Identifier: ISC */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "certs/command_exec.h"
#include "milter/base/command.h"
#include "milter/run/keys.h"
#include "milter/base/banned.h"

const char *
keys_text(const json_t *key, const char *name)
{
	const char *value = json_string_value(json_object_get(key, name));

	return value != NULL ? value : "";
}

json_t *
keys_fields(const json_t *key)
{
	return json_pack("{s:s,s:s,s:s,s:s}", "kind", keys_text(key, "kind"),
	    "address", keys_text(key, "address"), "id", keys_text(key, "id"),
	    "not_after", keys_text(key, "until"));
}

_Noreturn static void
run(const struct conf *conf, char **argv, int out)
{
	int argc = 0;

	while (argv[argc] != NULL)
		argc++;
	if (dup2(out, STDOUT_FILENO) == -1)
		_exit(COMMAND_FAILED);
	_exit(command_certs(conf, argc, argv));
}

static void
read_answer(FILE *in, void (*each)(void *context, const json_t *key),
    void *context)
{
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, in) > 0) {
		json_t *key = json_loads(line, 0, NULL);

		if (key != NULL)
			each(context, key);
		json_decref(key);
	}
	free(line);
	fclose(in);
}

int
keys_ask(const struct conf *conf, char **argv,
    void (*each)(void *context, const json_t *key), void *context,
    struct reason *why)
{
	int answer[2], status;
	FILE *in;
	pid_t pid;

	if (pipe2(answer, O_CLOEXEC) == -1)
		return reason_errno(why, "seal");
	in = fdopen(answer[0], "r");
	pid = in == NULL ? -1 : fork();
	if (pid == 0)
		run(conf, argv, answer[1]);
	close(answer[1]);
	if (in == NULL)
		close(answer[0]);
	else
		read_answer(in, each, context);
	if (pid == -1 || waitpid(pid, &status, 0) == -1)
		return reason_errno(why, "seal");
	if (!WIFEXITED(status))
		return reason_set(why, "seal died of signal %d",
		    WTERMSIG(status));
	return WEXITSTATUS(status);
}
