/* SPDX-License-Identifier: ISC */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "milter/base/buf.h"
#include "milter/run/signatures.h"
#include "milter/base/banned.h"

enum { MOST_BYTES = 1 << 20 };

static void
add_folder(struct buf *b, const char *path)
{
	struct dirent **names;
	struct stat st;
	int n = scandir(path, &names, NULL, alphasort);
	int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	for (int i = 0; i < n; i++) {
		if (folder != -1 && names[i]->d_name[0] != '.' &&
		    fstatat(folder, names[i]->d_name, &st, 0) == 0)
			buf_printf(b, "%s %lld %lld.%ld %lu\n",
			    names[i]->d_name, (long long)st.st_size,
			    (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
			    (unsigned long)st.st_ino);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	if (folder != -1)
		close(folder);
}

void
signatures_state(const struct conf *conf, uint8_t state[HASH_BYTES])
{
	struct buf b;

	buf_init(&b, MOST_BYTES);
	add_folder(&b, conf->signature_dir);
	add_folder(&b, conf->own_signature_dir);
	hash_bytes(buf_text(&b), b.len, state);
	buf_free(&b);
}
