/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "certs/commands.h"
#include "certs/serve.h"
#include "milter/base/conf.h"
#include "milter/base/file.h"
#include "milter/run/serve.h"
#include "milter/base/banned.h"

/*
 * The seal server: the only program with keys and certificates. With --certs
 * as its first argument it is the far end of `sekimorictl certs`.
 */
enum {
	READABLE = 8,
	MOST_READABLE = 80,
	CPU_S = 600 /* PKCS#12 says itself how much work it is to open */
};

/* What gpg needs to run; certs_dir and named files are put behind it. */
static const char *readable[MOST_READABLE + 1] = { "/usr", "/lib", "/lib64",
	"/bin", "/etc/ld.so.cache", "/etc/gnupg", "/dev/urandom" };

static void
fill(struct server *s, const struct conf *conf)
{
	s->user = conf->seal_user;
	s->children = conf->seal_children;
	s->messages = conf->scan_messages;
	s->seconds = conf->seal_time;
	/* The clear text, its encrypted form, and what gpg writes. */
	s->temp = (uint64_t)conf->message_size * 4;
	readable[READABLE - 1] = conf->certs_dir;
	s->readable = readable;
}

/* Keys are hostile input too: they are read in the cage, with nothing in reach
 * but the store, an empty folder, and the files that the operator named. */
static int
certs_in_cage(const struct conf *conf, const char *temp, int argc, char **argv)
{
	const char *const writable[] = { temp, conf->certs_dir, NULL };
	struct sandbox cage = {
		.profile = SANDBOX_SEAL,
		.writable = writable,
		.readable = readable,
	};
	const struct rlimit cpu = { CPU_S, CPU_S };
	struct reason why;
	int named = READABLE;

	readable[READABLE - 1] = conf->certs_dir;
	for (int i = 1; i < argc && named < MOST_READABLE; i++)
		if (access(argv[i], R_OK) == 0)
			readable[named++] = argv[i];
	if (setrlimit(RLIMIT_CPU, &cpu) == -1)
		perror("seal");
	if (sandbox_enter(&cage, &why) == -1) {
		fprintf(stderr, "seal: %s\n", why.text);
		return 1;
	}
	return certs_main(conf, temp, argc, argv);
}

/* The cage cannot remove the folder it stands in: a parent outside does. */
static int
certs_from_outside(const struct conf *conf, int argc, char **argv)
{
	char temp[] = "/tmp/sekimori-certs.XXXXXX";
	int status = 0;
	pid_t pid;

	if (mkdtemp(temp) == NULL) {
		perror(temp);
		return 1;
	}
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		exit(certs_in_cage(conf, temp, argc, argv));
	if (pid == -1 || waitpid(pid, &status, 0) == -1)
		perror("seal");
	file_empty(temp);
	rmdir(temp);
	return pid != -1 && WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static int
certs(int argc, char **argv)
{
	const char *file = NULL;
	struct reason why;
	struct conf *conf;
	int status;

	if (argc > 2 && strcmp(argv[0], "-c") == 0) {
		file = argv[1];
		argc -= 2;
		argv += 2;
	}
	conf = conf_load(file, &why);
	if (conf == NULL) {
		fprintf(stderr, "seal: %s\n", why.text);
		return 1;
	}
	status = certs_from_outside(conf, argc, argv);
	conf_free(&conf);
	return status;
}

int
main(int argc, char **argv)
{
	struct server seal = {
		.name = "seal",
		.profile = SANDBOX_SEAL,
		.load = seal_load,
		.prepare = seal_prepare,
		.serve = seal_serve,
	};

	if (argc > 1 && strcmp(argv[1], "--certs") == 0)
		return certs(argc - 2, argv + 2);
	return serve_main(&seal, fill, argc, argv);
}
