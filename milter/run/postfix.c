/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "milter/base/buf.h"
#include "milter/run/postfix.h"
#include "milter/base/banned.h"

enum { OUTPUT_MAX = 4 * 1024 * 1024, VALUE = 65536 };

extern char **environ;

static int
read_all(int fd, struct buf *to)
{
	char chunk[4096];
	ssize_t n;

	while ((n = read(fd, chunk, sizeof chunk)) != 0) {
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 || buf_add(to, chunk, (size_t)n) == -1)
			return -1;
	}
	return 0;
}

static int
start(char *const *argv, pid_t *pid, int *out, struct reason *why)
{
	posix_spawn_file_actions_t actions;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) == -1)
		return reason_errno(why, "a pipe");
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	errno = posix_spawnp(pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	*out = ends[0];
	if (errno == 0)
		return 0;
	close(ends[0]);
	return reason_errno(why, "%s (is Postfix installed?)", argv[0]);
}

/* postconf's output; freed by the caller. */
static char *
ask(const char *folder, const char *flags, struct reason *why)
{
	union {
		const char *from;
		char *to;
	} argv[6] = { { "postconf" }, { flags }, { folder ? "-c" : NULL },
		{ folder }, { NULL } };
	struct buf b;
	pid_t pid;
	int out = -1, status, failed;

	if (start(&argv[0].to, &pid, &out, why) == -1)
		return NULL;
	buf_init(&b, OUTPUT_MAX);
	failed = read_all(out, &b);
	close(out);
	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		;
	if (failed == 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return strdup(buf_text(&b));
	buf_free(&b);
	reason_set(why, "postconf %s %s failed", flags,
	    folder != NULL ? folder : "");
	return NULL;
}

/* "smtp inet n - y - - smtpd -o ...". */
static void
add_service(struct postfix *p, const char *line)
{
	struct postfix_service *s = &p->services[p->services_count];
	char chroot[8];

	if (p->services_count < POSTFIX_SERVICES &&
	    sscanf(line, "%127s %15s %*s %*s %7s %*s %*s %127s", s->name,
		s->type, chroot, s->program) == 4) {
		s->chroot = chroot[0] == 'y';
		p->services_count++;
	}
}

struct postfix *
postfix_read(const char *folder, struct reason *why)
{
	struct postfix *p = calloc(1, sizeof *p);
	char *services = ask(folder, "-M", why), *rest = services, *line;

	if (p != NULL && services != NULL) {
		p->settings = ask(folder, "-x", why);
		p->overrides = ask(folder, "-xP", why);
		while ((line = strsep(&rest, "\n")) != NULL)
			add_service(p, line);
	}
	free(services);
	if (p != NULL && (p->settings == NULL || p->overrides == NULL))
		postfix_free(&p);
	return p;
}

void
postfix_free(struct postfix **p)
{
	if (*p == NULL)
		return;
	free((*p)->settings);
	free((*p)->overrides);
	free(*p);
	*p = NULL;
}

/* The value in the line "name = value", or NULL. */
static const char *
find(const char *lines, const char *name)
{
	static char value[VALUE];
	size_t len = strlen(name);

	for (const char *line = lines; line != NULL && *line != '\0';
	     line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, name, len) != 0 ||
		    strncmp(line + len, " =", 2) != 0)
			continue;
		line += len + 2;
		line += strspn(line, " ");
		snprintf(value, sizeof value, "%.*s", (int)strcspn(line, "\n"),
		    line);
		return value;
	}
	return NULL;
}

const char *
postfix_value(const struct postfix *p, const struct postfix_service *service,
    const char *name)
{
	const char *value = NULL;
	char whole[3 * POSTFIX_NAME];

	if (service != NULL) {
		snprintf(whole, sizeof whole, "%s/%s/%s", service->name,
		    service->type, name);
		value = find(p->overrides, whole);
	}
	if (value == NULL)
		value = find(p->settings, name);
	return value != NULL ? value : "";
}

bool
postfix_knows(const struct postfix *p, const char *name)
{
	return find(p->settings, name) != NULL;
}

bool
postfix_word(const char **list, char *word, size_t size)
{
	const char *p = *list + strspn(*list, " \t,");
	size_t len;

	if (*p == '\0')
		return false;
	if (*p == '{') {
		p++;
		len = strcspn(p, "}");
		*list = p + len + (p[len] == '}');
	} else {
		len = strcspn(p, " \t,");
		*list = p + len;
	}
	snprintf(word, size, "%.*s", (int)len, p);
	return true;
}
