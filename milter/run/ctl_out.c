/* SPDX-License-Identifier: ISC */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "milter/base/command.h"
#include "milter/base/file.h"
#include "milter/base/reason.h"
#include "milter/run/ctl_out.h"
#include "milter/base/banned.h"

_Noreturn static void
run(int out, int (*verb)(void *context), void *context)
{
	int status = COMMAND_FAILED;

	if (dup2(out, STDOUT_FILENO) == -1)
		perror("--out");
	else
		status = verb(context);
	if (fflush(stdout) != 0) {
		perror("--out");
		status = COMMAND_FAILED;
	}
	_exit(status);
}

static int
write_to(int out, int (*verb)(void *context), void *context)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		run(out, verb, context);
	if (pid == -1 || waitpid(pid, &status, 0) == -1 || !WIFEXITED(status))
		return COMMAND_FAILED;
	return WEXITSTATUS(status);
}

static int
put_in_place(int out, const char *temporary, const char *path,
    struct reason *why)
{
	if (file_sync(out, temporary, why) == -1)
		return -1;
	if (rename(temporary, path) == -1)
		return reason_errno(why, "%s", path);
	return 0;
}

static int
fail(const struct reason *why)
{
	fprintf(stderr, "sekimorictl: %s\n", why->text);
	return COMMAND_FAILED;
}

int
ctl_out(const char *path, int (*verb)(void *context), void *context)
{
	char temporary[PATH_MAX];
	struct reason why;
	int out, status;

	snprintf(temporary, sizeof temporary, "%.4000s.XXXXXX", path);
	out = mkostemp(temporary, O_CLOEXEC);
	if (out == -1) {
		reason_errno(&why, "%s", path);
		return fail(&why);
	}
	status = write_to(out, verb, context);
	if (status == COMMAND_OK &&
	    put_in_place(out, temporary, path, &why) == -1)
		status = fail(&why);
	if (status != COMMAND_OK)
		unlink(temporary);
	close(out);
	return status;
}
