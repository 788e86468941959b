/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "milter/base/file.h"
#include "milter/record/seal.h"
#include "milter/base/banned.h"

enum { KEY_TEXT = 128 };

static int
format(const struct seal *s, char text[KEY_TEXT])
{
	char hex[HASH_HEX];

	hash_hex(s->key, hex);
	return snprintf(text, KEY_TEXT, "sekimori-seal/1 %020" PRIu64 " %s\n",
	    s->n, hex);
}

static int
read_fd(int fd, const char *path, struct seal *s, struct reason *why)
{
	char text[KEY_TEXT] = "", hex[HASH_HEX] = "";
	ssize_t n = pread(fd, text, sizeof text - 1, 0);

	if (n == -1)
		return reason_errno(why, "%s", path);
	if (sscanf(text, "sekimori-seal/1 %20" SCNu64 " %64[0-9a-f]", &s->n,
		hex) != 2 ||
	    !hash_unhex(hex, s->key))
		return reason_set(why, "%s is no seal key", path);
	return 0;
}

int
seal_read(const char *path, struct seal *s, struct reason *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), result;

	if (fd == -1)
		return reason_errno(why, "%s", path);
	result = read_fd(fd, path, s, why);
	close(fd);
	return result;
}

/* Opens the folder of seal_key_file; *name is the file's name, in path. */
static int
folder_of(const struct conf *conf, char path[PATH_MAX], const char **name,
    struct reason *why)
{
	char *slash;
	int fd;

	if (snprintf(path, PATH_MAX, "%s", conf->seal_key_file) >= PATH_MAX)
		return reason_set(why, "seal_key_file: the path is too long");
	slash = strrchr(path, '/');
	if (slash == NULL || slash == path)
		return reason_set(why, "seal_key_file \"%s\" is in no folder",
		    conf->seal_key_file);
	*slash = '\0';
	*name = slash + 1;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd == -1 ? reason_errno(why, "%s", path) : fd;
}

static int
put(int folder, const char *name, const struct seal *s, mode_t mode,
    struct reason *why)
{
	char text[KEY_TEXT];
	int len = format(s, text);

	return file_put(folder, name, text, (size_t)len, mode, why);
}

/* The auditor's copy comes first: a key whose begin no one knows would be
 * worth nothing. Two processes at once agree on the link that was first. */
static int
make_first(int folder, const char *name, struct reason *why)
{
	struct seal s = { .n = 0 };
	char copy[NAME_MAX + 32], mine[NAME_MAX + 32];
	int result = -1;

	hash_random(s.key, sizeof s.key);
	snprintf(copy, sizeof copy, "%s.verify", name);
	snprintf(mine, sizeof mine, "%s.%ld", name, (long)getpid());
	if (put(folder, mine, &s, 0600, why) == -1)
		return -1;
	if (flock(folder, LOCK_EX) == -1)
		reason_errno(why, "%s: lock", name);
	else if (faccessat(folder, name, F_OK, 0) == 0)
		result = 0;
	else if (put(folder, copy, &s, 0400, why) == 0) {
		if (linkat(folder, mine, folder, name, 0) == -1)
			reason_errno(why, "%s", name);
		else
			result = 0;
	}
	unlinkat(folder, mine, 0);
	return result == 0 ? file_sync(folder, name, why) : -1;
}

int
seal_first(const struct conf *conf, struct reason *why)
{
	char path[PATH_MAX];
	const char *name;
	int folder, result;

	if (access(conf->seal_key_file, F_OK) == 0)
		return 0;
	folder = folder_of(conf, path, &name, why);
	if (folder == -1)
		return -1;
	result = make_first(folder, name, why);
	close(folder);
	return result;
}

int
seal_begin(const struct conf *conf, struct seal *s, struct reason *why)
{
	const char *path = conf->seal_key_file;

	for (int tries = 0; tries < 10; tries++) {
		int fd = open(path, O_RDWR | O_CLOEXEC);
		struct stat st;

		if (fd == -1 || flock(fd, LOCK_EX) == -1 ||
		    fstat(fd, &st) == -1) {
			reason_errno(why, "%s", path);
			if (fd != -1)
				close(fd);
			return -1;
		}
		/* Replaced while we waited for the lock: take the new one. */
		if (st.st_nlink == 0) {
			close(fd);
			continue;
		}
		if (read_fd(fd, path, s, why) == 0)
			return fd;
		close(fd);
		return -1;
	}
	return reason_set(why, "%s is replaced again and again", path);
}

/* The old key must not stay readable in the blocks of the file that was
 * replaced. */
static void
wipe(int fd)
{
	static const char zeros[KEY_TEXT];

	if (pwrite(fd, zeros, sizeof zeros, 0) > 0)
		fsync(fd);
}

int
seal_end(const struct conf *conf, int fd, const struct seal *s, bool next,
    struct reason *why)
{
	char path[PATH_MAX];
	const char *name;
	struct seal after = *s;
	int result = 0;

	if (next) {
		int folder = folder_of(conf, path, &name, why);

		seal_next(&after);
		result =
		    folder == -1 ? -1 : put(folder, name, &after, 0600, why);
		if (folder != -1)
			close(folder);
		if (result == 0)
			wipe(fd);
	}
	close(fd);
	return result;
}

void
seal_next(struct seal *s)
{
	static const char label[] = "sekimori-seal";
	uint8_t bytes[sizeof label - 1 + HASH_BYTES];

	memcpy(bytes, label, sizeof label - 1);
	memcpy(bytes + sizeof label - 1, s->key, HASH_BYTES);
	hash_bytes(bytes, sizeof bytes, s->key);
	s->n++;
}

void
seal_mac(const struct seal *s, const char *hash, uint64_t seq,
    char mac[HASH_HEX])
{
	char text[HASH_HEX + 64];
	uint8_t digest[HASH_BYTES];
	int len = snprintf(text, sizeof text, "%s\n%" PRIu64 "\n%" PRIu64 "\n",
	    hash, seq, s->n);

	hash_mac(s->key, HASH_BYTES, text, (size_t)len, digest);
	hash_hex(digest, mac);
}

int
seal_fields(const struct seal *s, const struct head *head, json_t *event,
    struct reason *why)
{
	char mac[HASH_HEX];
	json_t *fields;
	int result;

	seal_mac(s, head->hash, head->seq, mac);
	fields = json_pack("{s:I, s:s, s:I, s:s}", "n", (json_int_t)s->n,
	    "head", head->hash, "head_seq", (json_int_t)head->seq, "mac", mac);
	result = json_object_update(event, fields);
	json_decref(fields);
	return result == 0 ? 0 : reason_set(why, "out of memory");
}
