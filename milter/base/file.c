/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "milter/base/file.h"
#include "milter/base/hash.h"
#include "milter/base/banned.h"

int
file_write(int fd, const void *bytes, size_t len, struct reason *why)
{
	const unsigned char *from = bytes;

	while (len > 0) {
		ssize_t n = write(fd, from, len);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return reason_errno(why, "cannot write");
		from += n;
		len -= (size_t)n;
	}
	return 0;
}

int
file_sync(int fd, const char *name, struct reason *why)
{
	/* Never tried again: the second fsync may report success although
	 * the kernel has dropped the pages that the first could not write. */
	if (fsync(fd) == -1)
		return reason_errno(why, "cannot bring %s to the disk", name);
	return 0;
}

static int
write_closed(int fd, const char *name, const void *bytes, size_t len,
    struct reason *why)
{
	if (file_write(fd, bytes, len, why) != 0) {
		reason_prefix(why, "%s", name);
		close(fd);
		return -1;
	}
	if (file_sync(fd, name, why) != 0) {
		close(fd);
		return -1;
	}
	/* NFS and quotas report a write that failed only here. */
	if (close(fd) == -1)
		return reason_errno(why, "cannot close %s", name);
	return 0;
}

int
file_put(int folder, const char *name, const void *bytes, size_t len,
    mode_t mode, struct reason *why)
{
	char temporary[NAME_MAX + 1];
	uint64_t random;

	hash_random(&random, sizeof random);
	int n = snprintf(temporary, sizeof temporary, ".%s.%016llx", name,
	    (unsigned long long)random);
	if (n >= (int)sizeof temporary)
		return reason_set(why, "%s: the name is too long", name);
	int fd = openat(folder, temporary,
	    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	if (fd == -1)
		return reason_errno(why, "cannot make %s", name);
	if (write_closed(fd, name, bytes, len, why) != 0)
		goto err;
	if (renameat(folder, temporary, folder, name) == -1) {
		reason_errno(why, "cannot put %s in its place", name);
		goto err;
	}
	return file_sync(folder, "the folder", why);
err:
	unlinkat(folder, temporary, 0);
	return -1;
}

/* Reads fd to its end; a file that grows past limit meanwhile is refused. */
static int
read_all(int fd, size_t limit, char **bytes, size_t *len, struct reason *why)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return reason_errno(why, "cannot read");
	if (!S_ISREG(st.st_mode))
		return reason_set(why, "is not a file");
	if ((uint64_t)st.st_size > limit)
		return reason_set(why, "is larger than %zu bytes", limit);
	size_t size = (size_t)st.st_size, got = 0;
	char *to = malloc(size + 1);
	if (to == NULL)
		return reason_set(why, "no memory for %zu bytes", size);
	while (got < size) {
		ssize_t n = read(fd, to + got, size - got);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1) {
			free(to);
			return reason_errno(why, "cannot read");
		}
		if (n == 0)
			break;
		got += (size_t)n;
	}
	to[got] = '\0';
	*bytes = to;
	*len = got;
	return 0;
}

int
file_get(int folder, const char *name, size_t limit, char **bytes, size_t *len,
    struct reason *why)
{
	/* O_NONBLOCK: a pipe laid in our way must not stop us. */
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd == -1)
		return reason_errno(why, "cannot open %s", name);
	int failed = read_all(fd, limit, bytes, len, why);
	close(fd);
	return failed ? reason_prefix(why, "%s", name) : 0;
}

int
file_copy(int from, int to, struct reason *why)
{
	char bytes[65536];
	off_t at = 0;

	for (;;) {
		/* pread: a memfd's position is shared with the scan child. */
		ssize_t n = pread(from, bytes, sizeof bytes, at);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return reason_errno(why, "cannot read");
		if (n == 0)
			return 0;
		if (file_write(to, bytes, (size_t)n, why) != 0)
			return -1;
		at += n;
	}
}

/* Makes one folder of the path; that it is there already is well. */
static int
make_folder(const char *path, mode_t mode, struct reason *why)
{
	struct stat st;

	if (mkdir(path, mode) == 0)
		return 0;
	if (errno != EEXIST)
		return reason_errno(why, "cannot make the folder %s", path);
	if (stat(path, &st) == -1)
		return reason_errno(why, "%s", path);
	if (!S_ISDIR(st.st_mode))
		return reason_set(why, "%s is not a folder", path);
	return 0;
}

int
file_folder(const char *path, mode_t mode, struct reason *why)
{
	char part[PATH_MAX];
	size_t len = strlen(path);

	if (len == 0 || len >= sizeof part)
		return reason_set(why, "the path \"%.80s\" is too %s", path,
		    len == 0 ? "short" : "long");
	memcpy(part, path, len + 1);
	for (char *at = part + 1; *at != '\0'; at++) {
		if (*at != '/')
			continue;
		*at = '\0';
		if (make_folder(part, 0755, why) != 0)
			return -1;
		*at = '/';
	}
	return make_folder(part, mode, why);
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	if (ftw->level > 0)
		(void)remove(path);
	return 0;
}

void
file_empty(const char *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}
