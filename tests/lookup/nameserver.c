/* SPDX-License-Identifier: ISC */

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lookup/nameserver.h"

static void give_up(const char *what) __attribute__((noreturn));

static void
give_up(const char *what)
{
	perror(what);
	exit(1);
}

static void
write_zone(struct nameserver *n, const char *zone)
{
	FILE *file;

	snprintf(n->folder, sizeof n->folder, "/tmp/skm-lookup-XXXXXX");
	if (mkdtemp(n->folder) == NULL)
		give_up(n->folder);
	snprintf(n->zone, sizeof n->zone, "%s/zone.json", n->folder);
	snprintf(n->log, sizeof n->log, "%s/log", n->folder);
	file = fopen(n->zone, "w");
	if (file == NULL || fputs(zone, file) == EOF || fclose(file) != 0)
		give_up(n->zone);
}

static void
run(const struct nameserver *n, const int in[2], const int out[2])
{
	const char *top = getenv("top_srcdir");
	char script[512];

	snprintf(script, sizeof script, "%s/tests/lookup/dns.py",
	    top != NULL ? top : ".");
	dup2(in[0], 0);
	dup2(out[1], 1);
	close(in[1]);
	close(out[0]);
	execlp("python3", "python3", script, "--port", "0", "--zone", n->zone,
	    "--log", n->log, NULL);
	_exit(127);
}

void
nameserver_start(struct nameserver *n, const char *zone)
{
	int in[2], out[2], port;
	FILE *lines;

	write_zone(n, zone);
	if (pipe(in) == -1 || pipe(out) == -1)
		give_up("pipe");
	n->pid = fork();
	if (n->pid == -1)
		give_up("fork");
	if (n->pid == 0)
		run(n, in, out);
	close(in[0]);
	close(out[1]);
	n->input = in[1];
	lines = fdopen(out[0], "r");
	if (lines == NULL || fscanf(lines, "ready %d", &port) != 1)
		give_up("dns.py");
	fclose(lines);
	snprintf(n->address, sizeof n->address, "127.0.0.1@%d", port);
}

int
nameserver_asked(const struct nameserver *n, const char *what)
{
	FILE *log = fopen(n->log, "r");
	char line[512];
	int count = 0;

	if (log == NULL)
		return 0;
	while (fgets(line, sizeof line, log) != NULL)
		if (strncmp(line, what, strlen(what)) == 0)
			count++;
	fclose(log);
	return count;
}

void
nameserver_stop(struct nameserver *n)
{
	close(n->input);
	waitpid(n->pid, NULL, 0);
	unlink(n->zone);
	unlink(n->log);
	rmdir(n->folder);
}
