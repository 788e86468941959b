/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>

#include "certs/commands.h"
#include "certs/serve.h"
#include "milter/base/conf.h"
#include "milter/run/serve.h"
#include "milter/base/banned.h"

/*
 * The seal server: the only program with keys and certificates. With --certs
 * as its first argument it is the far end of `sekimorictl certs`.
 */
static const char *readable[] = {
	"/usr",
	"/lib",
	"/lib64",
	"/bin",
	"/etc/ld.so.cache",
	"/etc/gnupg",
	"/dev/urandom",
	NULL /* certs_dir */,
	NULL,
};

static void
fill(struct server *s, const struct conf *conf)
{
	s->user = conf->seal_user;
	s->children = conf->seal_children;
	s->messages = conf->scan_messages;
	s->seconds = conf->seal_time;
	/* The clear text, its encrypted form, and what gpg writes. */
	s->temp = (uint64_t)conf->message_size * 4;
	readable[sizeof readable / sizeof *readable - 2] = conf->certs_dir;
	s->readable = readable;
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
	status = certs_main(conf, argc, argv);
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
