/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "certs/command_exec.h"
#include "milter/base/command.h"
#include "milter/base/banned.h"

enum { ARGUMENTS = 64 };

static int
become(const struct conf *conf, char **argv)
{
	char path[4096];
	int n = snprintf(path, sizeof path, "%s/seal", conf->libexec_dir);

	if (n < 0 || (size_t)n >= sizeof path)
		errno = ENAMETOOLONG;
	else
		execv(path, argv);
	fprintf(stderr, "sekimorictl: cannot run %s: %s\n", path,
	    strerror(errno));
	return COMMAND_FAILED;
}

int
command_certs(const struct conf *conf, int argc, char **argv)
{
	char name[] = "seal", certs[] = "--certs", file[] = "-c";
	char *all[ARGUMENTS + 5] = { name, certs };
	int n = 2;

	if (argc > ARGUMENTS) {
		fprintf(stderr, "sekimorictl: too many arguments\n");
		return COMMAND_USAGE;
	}
	if (conf->file != NULL) {
		all[n++] = file;
		all[n++] = conf->file;
	}
	for (int i = 0; i < argc; i++)
		all[n++] = argv[i];
	return become(conf, all);
}
