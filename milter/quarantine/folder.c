/* SPDX-License-Identifier: ISC */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "milter/base/file.h"
#include "milter/quarantine/folder.h"
#include "milter/base/banned.h"

enum { FOLDER = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW };

int
folder_make(const char *path, const char *name, struct reason *why)
{
	char whole[PATH_MAX];
	int fd;

	if (snprintf(whole, sizeof whole, "%s%s", path, name) >= PATH_MAX)
		return reason_set(why, "%s: the path is too long", path);
	if (file_folder(whole, 0700, why) == -1)
		return -1;
	fd = open(whole, FOLDER);
	return fd == -1 ? reason_errno(why, "%s", whole) : fd;
}

int
folder_in_place(const struct quarantine *q, struct reason *why)
{
	struct stat mine, now;

	if (fstat(q->root, &mine) == 0 && stat(q->path, &now) == 0 &&
	    mine.st_ino == now.st_ino && mine.st_dev == now.st_dev)
		return 0;
	return reason_set(why,
	    "%s is not the folder that was opened: bring that one back, or "
	    "start sekimorid again",
	    q->path);
}

int
folder_open(const struct quarantine *q, enum held_state state, const char *id,
    struct reason *why)
{
	int fd;

	if (!ident_valid(id))
		return reason_set(why, "\"%.40s\" is no ID of held mail", id);
	fd = openat(q->states[state], id, FOLDER);
	if (fd == -1 && errno == ENOENT)
		return reason_set(why, "%s is not in the state \"%s\"", id,
		    held_state_name(state));
	return fd == -1 ? reason_errno(why, "%s", id) : fd;
}

int
folder_lock(const struct quarantine *q, enum held_state state, const char *id,
    struct reason *why)
{
	int fd = folder_open(q, state, id, why);
	struct stat mine, now;

	if (fd == -1)
		return -1;
	while (flock(fd, LOCK_EX) == -1)
		if (errno != EINTR) {
			reason_errno(why, "%s: lock", id);
			close(fd);
			return -1;
		}
	if (fstat(fd, &mine) == 0 &&
	    fstatat(q->states[state], id, &now, AT_SYMLINK_NOFOLLOW) == 0 &&
	    mine.st_ino == now.st_ino && mine.st_dev == now.st_dev)
		return fd;
	close(fd);
	return reason_set(why, "%s is no longer in the state \"%s\"", id,
	    held_state_name(state));
}

int
folder_find(const struct quarantine *q, const char *id, enum held_state *state,
    struct reason *why)
{
	/* Twice: it may be moved to a state that was looked at already. */
	for (int i = 0; i < 2 * HELD_STATES; i++) {
		int fd;

		*state = (enum held_state)(i % HELD_STATES);
		fd = folder_open(q, *state, id, why);
		if (fd != -1)
			return fd;
	}
	if (ident_valid(id))
		reason_set(why, "no held mail has the ID %s", id);
	return -1;
}

int
folder_move(int from, int to, const char *id, struct reason *why)
{
	if (renameat2(from, id, to, id, RENAME_NOREPLACE) == -1)
		return reason_errno(why, "moving %s", id);
	if (file_sync(to, id, why) == -1 || file_sync(from, id, why) == -1)
		return -1;
	return 0;
}

/* A kill can have left a half-written file under a name of its own, so all
 * that is in the folder goes. Takes fd over. */
static int
remove_files(int fd, const char *id, struct reason *why)
{
	DIR *dir = fdopendir(fd);
	struct dirent *entry;
	int result = 0;

	if (dir == NULL) {
		close(fd);
		return reason_errno(why, "%s", id);
	}
	while (result == 0 && (entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		if (unlinkat(fd, entry->d_name, 0) == -1)
			result = reason_errno(why, "removing %s/%s", id,
			    entry->d_name);
	}
	closedir(dir);
	return result;
}

int
folder_remove(int parent, const char *id, struct reason *why)
{
	int fd = openat(parent, id, FOLDER);

	if (fd == -1)
		return errno == ENOENT ? 0 : reason_errno(why, "%s", id);
	if (remove_files(fd, id, why) == -1)
		return -1;
	if (unlinkat(parent, id, AT_REMOVEDIR) == -1)
		return reason_errno(why, "removing %s", id);
	return 0;
}

json_t *
folder_meta(int folder, struct reason *why)
{
	json_error_t error;
	char *bytes;
	size_t len;
	json_t *meta;

	if (file_get(folder, FOLDER_META, FOLDER_META_LIMIT, &bytes, &len,
		why) == -1)
		return NULL;
	meta = json_loadb(bytes, len, JSON_REJECT_DUPLICATES, &error);
	free(bytes);
	if (json_is_object(meta))
		return meta;
	reason_set(why, "%s:%d: %s", FOLDER_META, error.line,
	    meta == NULL ? error.text : "no object");
	json_decref(meta);
	return NULL;
}

int
folder_meta_put(int folder, json_t *meta, struct reason *why)
{
	char *text = json_dumps(meta, JSON_INDENT(1) | JSON_SORT_KEYS);
	int result;

	if (text == NULL)
		return reason_set(why, "%s cannot be written as JSON",
		    FOLDER_META);
	result = file_put(folder, FOLDER_META, text, strlen(text), 0600, why);
	free(text);
	return result;
}

/* Are size and SHA-256 of the file those of meta? */
static int
check_message(int fd, const json_t *meta, struct reason *why)
{
	json_t *sha256 = json_object_get(meta, "sha256");
	json_t *size = json_object_get(meta, "size");
	uint8_t right[HASH_BYTES], digest[HASH_BYTES];
	struct stat st;

	if (!json_is_string(sha256) || !json_is_integer(size) ||
	    !hash_unhex(json_string_value(sha256), right))
		return reason_set(why, "%s has no size and sha256",
		    FOLDER_META);
	if (fstat(fd, &st) == -1 || hash_fd(fd, digest, why) == -1)
		return reason_prefix(why, "%s", FOLDER_MESSAGE);
	if (st.st_size != json_integer_value(size) ||
	    !hash_equal(digest, right))
		return reason_set(why,
		    "the message is not what was stored (%lld bytes)",
		    (long long)st.st_size);
	return 0;
}

int
folder_message(int folder, const char *name, const json_t *meta,
    struct reason *why)
{
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd == -1)
		return reason_errno(why, "%s", name);
	if (check_message(fd, meta, why) == 0 && lseek(fd, 0, SEEK_SET) == 0)
		return fd;
	close(fd);
	return -1;
}

int
folder_message_put(int folder, const char *name, int message,
    struct reason *why)
{
	int fd =
	    openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int result;

	if (fd == -1)
		return reason_errno(why, "%s", name);
	result =
	    file_copy(message, fd, why) == 0 ? file_sync(fd, name, why) : -1;
	/* Some file systems tell of a full disk or quota only here. */
	if (close(fd) == -1 && result == 0)
		result = reason_errno(why, "%s", name);
	return result;
}

int
folder_each(int parent,
    int (*each)(void *context, const char *id, struct reason *why),
    void *context, struct reason *why)
{
	int fd = openat(parent, ".", FOLDER), result = 0;
	DIR *dir = fd == -1 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (dir == NULL) {
		reason_errno(why, "quarantine folder");
		if (fd != -1)
			close(fd);
		return -1;
	}
	while (result == 0 && (entry = readdir(dir)) != NULL)
		if (ident_valid(entry->d_name))
			result = each(context, entry->d_name, why);
	closedir(dir);
	return result;
}
