/* SPDX-License-Identifier: ISC */
#include <assert.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/record/scratch.h"

static void
set(char **setting, const char *format, const char *folder)
{
	char text[4096];

	snprintf(text, sizeof text, format, folder);
	free(*setting);
	*setting = strdup(text);
}

struct conf *
scratch_at(const char *folder)
{
	struct reason why;
	struct conf *conf = conf_load(NULL, &why);

	assert(conf != NULL);
	set(&conf->run_dir, "%s", folder);
	set(&conf->journal_dir, "%s/journal", folder);
	set(&conf->quarantine_dir, "%s/quarantine", folder);
	set(&conf->records, "sqlite:%s/records.sqlite", folder);
	set(&conf->secret_file, "%s/secret", folder);
	set(&conf->seal_key_file, "%s/seal.key", folder);
	return conf;
}

struct conf *
scratch_new(void)
{
	const char *tmp = getenv("TMPDIR");
	char folder[4096];

	snprintf(folder, sizeof folder, "%s/sekimori-test-XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	if (mkdtemp(folder) == NULL)
		abort();
	return scratch_at(folder);
}

const char *
scratch_path(const struct conf *conf)
{
	return conf->run_dir;
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st, (void)type, (void)at;
	return remove(path);
}

void
scratch_free(struct conf **conf)
{
	nftw((*conf)->run_dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	conf_free(conf);
}
