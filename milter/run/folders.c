/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "milter/base/file.h"
#include "milter/run/sandbox.h"
#include "milter/run/supervisor.h"
#include "milter/base/banned.h"

static int
make(const char *path, mode_t mode, const char *user, struct reason *why)
{
	unsigned uid, gid;

	if (file_folder(path, mode, why) == -1)
		return -1;
	if (geteuid() != 0 || user == NULL)
		return 0;
	if (sandbox_ids(user, &uid, &gid, why) == -1)
		return -1;
	if (chown(path, uid, gid) == -1 || chmod(path, mode) == -1)
		return reason_errno(why, "%s", path);
	return 0;
}

/* The folder of a file, unless it is there already. */
static int
make_parent(const char *file, const char *user, struct reason *why)
{
	char path[4096];
	const char *folder;

	snprintf(path, sizeof path, "%s", file);
	folder = dirname(path);
	if (access(folder, F_OK) == 0)
		return 0;
	return make(folder, 0700, user, why);
}

int
supervisor_folders(const struct conf *conf, struct reason *why)
{
	const char *records = strchr(conf->records, ':');

	/* 0751: the MTA passes through to the milter socket. */
	if (make(conf->run_dir, 0751, conf->user, why) == -1 ||
	    make(conf->quarantine_dir, 0700, conf->user, why) == -1 ||
	    make(conf->spool_dir, 0700, conf->user, why) == -1 ||
	    make(conf->journal_dir, 0700, conf->user, why) == -1 ||
	    make(conf->certs_dir, 0755, conf->user, why) == -1)
		return -1;
	if (records != NULL && records[1] == '/' &&
	    make_parent(records + 1, conf->user, why) == -1)
		return -1;
	if (make_parent(conf->secret_file, conf->user, why) == -1)
		return -1;
	/* The seal key stays out of the filter's reach. */
	return make_parent(conf->seal_key_file, NULL, why);
}
