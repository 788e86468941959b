/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "milter/base/clock.h"
#include "milter/base/file.h"
#include "milter/run/spawn.h"
#include "milter/base/banned.h"

enum { CONTROL = 3 };

struct command_line {
	char program[512], children[16];
	const char *argv[8];
};

static void
make_command_line(struct command_line *c, const char *file, const char *socket,
    int children)
{
	int n = 0;

	c->argv[n++] = c->program;
	if (file != NULL) {
		c->argv[n++] = "-c";
		c->argv[n++] = file;
	}
	c->argv[n++] = "-s";
	c->argv[n++] = socket;
	if (children > 0) {
		snprintf(c->children, sizeof c->children, "-n%d", children);
		c->argv[n++] = c->children;
	}
	c->argv[n] = NULL;
}

_Noreturn static void
run(const struct command_line *c, int control)
{
	sigset_t none;

	/* dup2() onto itself would keep close-on-exec. */
	if (control == CONTROL)
		fcntl(control, F_SETFD, 0);
	else if (dup2(control, CONTROL) == -1)
		_exit(71);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execv(c->program, (char *const *)(uintptr_t)c->argv);
	dprintf(CONTROL, "failed %s: %s\n", c->program, strerror(errno));
	_exit(71);
}

int
spawn_server(struct spawned *s, const struct conf *conf, const char *name,
    const char *file, const char *socket, int children, struct reason *why)
{
	struct command_line c;
	int pair[2];

	memset(s, 0, sizeof *s);
	s->control = -1;
	snprintf(s->socket, sizeof s->socket, "%s", socket);
	snprintf(c.program, sizeof c.program, "%s/%s", conf->libexec_dir, name);
	make_command_line(&c, file, s->socket, children);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == -1)
		return reason_errno(why, "socket to %s", name);
	s->pid = fork();
	if (s->pid == 0)
		run(&c, pair[1]);
	close(pair[1]);
	s->control = pair[0];
	if (s->pid == -1) {
		reason_errno(why, "cannot start %s", name);
		s->pid = 0;
		spawn_end(s);
		return -1;
	}
	return 0;
}

static int
judge_line(struct spawned *s, char *line, struct reason *why)
{
	char *rest = strchr(line, ' ');

	line[strcspn(line, "\n")] = '\0';
	if (rest == NULL)
		return reason_set(why, "it said nothing that is known");
	*rest++ = '\0';
	snprintf(s->line, sizeof s->line, "%s", rest);
	if (strcmp(line, "ready") != 0)
		return reason_set(why, "%s", rest);
	s->ready = true;
	return 1;
}

int
spawn_answer(struct spawned *s, int64_t deadline, struct reason *why)
{
	struct pollfd p = { .fd = s->control, .events = POLLIN };
	char line[SERVE_READY + 16];
	int64_t left = deadline - clock_ms();
	ssize_t n;

	if (s->ready)
		return 1;
	if (poll(&p, 1, left > 0 ? (int)left : 0) <= 0)
		return 0;
	/* One write of less than a page: it comes whole. */
	n = read(s->control, line, sizeof line - 1);
	if (n <= 0)
		return reason_set(why, "it died while it was starting");
	line[n] = '\0';
	return judge_line(s, line, why);
}

void
spawn_drain(struct spawned *s)
{
	if (s->pid > 0)
		kill(s->pid, SIGTERM);
}

/* Its children die with their parent, but a moment later: what they still
 * make is removed too. */
static void
remove_temp(const char *temp)
{
	struct timespec pause = { 0, 10000000 };

	for (int i = 0; i < 50; i++) {
		file_empty(temp);
		if (rmdir(temp) == 0 || errno == ENOENT)
			return;
		nanosleep(&pause, NULL);
	}
}

void
spawn_end(struct spawned *s)
{
	char temp[sizeof s->socket + 8];

	if (s->control != -1)
		close(s->control);
	if (s->pid > 0) {
		kill(s->pid, SIGKILL);
		waitpid(s->pid, NULL, 0);
	}
	if (s->socket[0] != '\0') {
		unlink(s->socket);
		snprintf(temp, sizeof temp, "%s.tmp", s->socket);
		remove_temp(temp);
	}
	memset(s, 0, sizeof *s);
	s->control = -1;
}
