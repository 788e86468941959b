/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "milter/base/file.h"
#include "milter/base/ident.h"
#include "milter/quarantine/secret.h"
#include "milter/base/banned.h"

static int
read_key(int folder, const char *name, uint8_t key[HASH_BYTES],
    struct reason *why)
{
	char *text;
	size_t len;
	int result = 0;

	if (file_get(folder, name, 1024, &text, &len, why) == -1)
		return -1;
	text[strcspn(text, "\r\n")] = '\0';
	if (!hash_unhex(text, key))
		result = reason_set(why, "%s: expected 64 hex digits", name);
	explicit_bzero(text, len);
	free(text);
	return result;
}

/* A link fails where the name is taken, so the first of two wins and a name
 * never shows a file that is not whole. */
static int
make_key(int folder, const char *name, struct reason *why)
{
	uint8_t key[HASH_BYTES];
	char text[HASH_HEX + 1], mine[NAME_MAX + 1], id[IDENT_SIZE];
	int result = -1;

	ident_new(id);
	hash_random(key, sizeof key);
	hash_hex(key, text);
	snprintf(mine, sizeof mine, ".secret.%s", id);
	if (file_put(folder, mine, text, HASH_HEX - 1, 0600, why) == -1)
		return -1;
	if (linkat(folder, mine, folder, name, 0) == 0 || errno == EEXIST)
		result = 0;
	else
		reason_errno(why, "%s", name);
	unlinkat(folder, mine, 0);
	return result == 0 ? file_sync(folder, name, why) : -1;
}

int
secret_get(const char *path, uint8_t key[HASH_BYTES], struct reason *why)
{
	const char *slash = strrchr(path, '/');
	char parent[PATH_MAX];
	int folder, result = 0;

	if (slash == NULL || slash == path || slash - path >= PATH_MAX)
		return reason_set(why, "secret_file \"%s\" is in no folder",
		    path);
	snprintf(parent, sizeof parent, "%.*s", (int)(slash - path), path);
	folder = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder == -1)
		return reason_errno(why, "secret_file: %s", parent);
	if (faccessat(folder, slash + 1, F_OK, 0) == -1 && errno == ENOENT)
		result = make_key(folder, slash + 1, why);
	if (result == 0)
		result = read_key(folder, slash + 1, key, why);
	close(folder);
	return result == 0 ? 0 : reason_prefix(why, "secret_file");
}
