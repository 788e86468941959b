/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "milter/base/log.h"
#include "milter/run/supervisor.h"
#include "milter/base/banned.h"

static const char usage[] =
    "usage: sekimorid [-c FILE] [-f] [-t]\n"
    "\n"
    "The mail gateway filter: a milter for Postfix and Sendmail.\n"
    "\n"
    "  -c FILE  settings, instead of " SKM_SYSCONFDIR "/sekimori.conf\n"
    "  -f       stay in the foreground and log to standard error\n"
    "  -t       test settings and policy and end\n"
    "  -V       print the version\n"
    "\n"
    "SIGHUP reads settings and policy again; SIGTERM finishes what has begun\n"
    "and ends. See sekimorid(8), sekimori.conf(5), sekimori-policy(5).\n";

struct options {
	char file[4096];
	int foreground, test;
};

/* Another folder after fork must not break a relative name. */
static int
set_file(struct options *o, const char *file, struct reason *why)
{
	char whole[4096];

	if (realpath(file, whole) == NULL)
		return reason_errno(why, "%s", file);
	snprintf(o->file, sizeof o->file, "%s", whole);
	return 0;
}

static void
read_options(struct options *o, int argc, char **argv)
{
	static const struct option words[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	const char *file = SKM_SYSCONFDIR "/sekimori.conf";
	struct reason why;
	int c;

	while ((c = getopt_long(argc, argv, "c:fthV", words, NULL)) != -1) {
		if (c == 'c') {
			file = optarg;
		} else if (c == 'f') {
			o->foreground = 1;
		} else if (c == 't') {
			o->test = 1;
		} else if (c == 'V') {
			puts(PACKAGE_STRING);
			exit(0);
		} else {
			fputs(usage, c == 'h' ? stdout : stderr);
			exit(c == 'h' ? 0 : 64);
		}
	}
	if (optind != argc) {
		fputs(usage, stderr);
		exit(64);
	}
	if (set_file(o, file, &why) == -1) {
		fprintf(stderr, "sekimorid: %s\n", why.text);
		exit(78);
	}
}

static int
go_to_background(struct reason *why)
{
	int null;
	pid_t pid = fork();

	if (pid == -1)
		return reason_errno(why, "fork");
	if (pid > 0)
		_exit(0);
	null = open("/dev/null", O_RDWR);
	if (setsid() == -1 || chdir("/") == -1 || null == -1)
		return reason_errno(why, "going to the background");
	for (int fd = 0; fd < 3; fd++)
		if (dup2(null, fd) == -1)
			return reason_errno(why, "going to the background");
	if (null > 2)
		close(null);
	return 0;
}

/* The lock on it, kept until the process ends, keeps a second one away: it
 * would take the sockets of the first. */
static int
write_pid(const struct conf *conf, struct reason *why)
{
	char path[4096];
	int fd;

	if (supervisor_folders(conf, why) == -1)
		return -1;
	snprintf(path, sizeof path, "%s/sekimorid.pid", conf->run_dir);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (fd == -1)
		return reason_errno(why, "%s", path);
	if (flock(fd, LOCK_EX | LOCK_NB) == -1)
		return reason_set(why,
		    "%s: another sekimorid runs with this "
		    "run_dir",
		    path);
	if (ftruncate(fd, 0) == -1 || dprintf(fd, "%d\n", (int)getpid()) < 0)
		return reason_errno(why, "%s", path);
	return 0;
}

static int
fail(const struct reason *why)
{
	fprintf(stderr, "sekimorid: %s\n", why->text);
	return 78;
}

int
main(int argc, char **argv)
{
	struct options o = { .foreground = 0 };
	struct reason why;
	struct site *site;

	umask(0077);
	read_options(&o, argc, argv);
	site = site_load(o.file, &why);
	if (site == NULL)
		return fail(&why);
	if (o.test) {
		printf("%s: ok; policy %s: ok, %zu rules\n", o.file,
		    site->conf->policy_file, policy_rules(site->policy));
		site_done(&site);
		return 0;
	}
	if (!o.foreground && go_to_background(&why) == -1)
		return fail(&why);
	if (write_pid(site->conf, &why) == -1)
		return fail(&why);
	log_open("sekimorid", o.foreground);
	/* The servers log where we do. */
	if (o.foreground)
		setenv("SEKIMORI_STDERR", "1", 1);
	return supervisor_run(o.file, site);
}
