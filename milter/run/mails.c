/* SPDX-License-Identifier: ISC */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "milter/base/buf.h"
#include "milter/base/file.h"
#include "milter/run/local.h"
#include "milter/run/mails.h"
#include "milter/base/banned.h"

enum { MOST_DEPTH = 64 };
static const size_t most_bytes = 1UL << 32;

void
mails_init(struct mails *m)
{
	memset(m, 0, sizeof *m);
	pthread_mutex_init(&m->lock, NULL);
}

void
mails_free(struct mails *m)
{
	for (size_t i = 0; i < m->count; i++)
		free(m->paths[i]);
	free(m->paths);
	free(m->bytes);
	pthread_mutex_destroy(&m->lock);
}

static int
add_path(struct mails *m, const char *path, struct reason *why)
{
	if (m->count == m->room) {
		size_t room = m->room == 0 ? 64 : m->room * 2;
		char **more = realloc(m->paths, room * sizeof *more);

		if (more == NULL)
			return reason_set(why, "out of memory");
		m->paths = more;
		m->room = room;
	}
	m->paths[m->count] = strdup(path);
	if (m->paths[m->count] == NULL)
		return reason_set(why, "out of memory");
	m->count++;
	return 0;
}

static int
add_any(struct mails *m, const char *path, int depth, struct reason *why);

static int
add_folder(struct mails *m, const char *path, int depth, struct reason *why)
{
	struct dirent **names;
	char inner[4096];
	int n = scandir(path, &names, NULL, alphasort), result = 0;

	if (n == -1)
		return reason_errno(why, "%s", path);
	for (int i = 0; i < n; i++) {
		const char *name = names[i]->d_name;

		if (result == 0 && strcmp(name, ".") != 0 &&
		    strcmp(name, "..") != 0) {
			snprintf(inner, sizeof inner, "%s/%s", path, name);
			result = add_any(m, inner, depth + 1, why);
		}
		free(names[i]);
	}
	free(names);
	return result;
}

static int
add_any(struct mails *m, const char *path, int depth, struct reason *why)
{
	struct stat st;

	if (depth > MOST_DEPTH)
		return reason_set(why, "%s: folders nested over %d deep", path,
		    MOST_DEPTH);
	if ((depth == 0 ? stat(path, &st) : lstat(path, &st)) == -1)
		return reason_errno(why, "%s", path);
	if (S_ISDIR(st.st_mode))
		return add_folder(m, path, depth, why);
	if (depth == 0 || S_ISREG(st.st_mode))
		return add_path(m, path, why);
	return 0;
}

int
mails_add(struct mails *m, const char *path, struct reason *why)
{
	if (strcmp(path, "-") == 0)
		return add_path(m, path, why);
	return add_any(m, path, 0, why);
}

static int
read_stream(int fd, char **bytes, size_t *size, struct reason *why)
{
	struct buf b;
	char piece[65536];
	ssize_t n;

	buf_init(&b, most_bytes);
	while ((n = read(fd, piece, sizeof piece)) > 0)
		if (buf_add(&b, piece, (size_t)n) == -1) {
			buf_free(&b);
			return reason_set(why, "over %zu bytes", most_bytes);
		}
	if (n == -1) {
		buf_free(&b);
		return reason_errno(why, "read");
	}
	*bytes = b.data != NULL ? (char *)b.data : strdup("");
	*size = b.len;
	return 0;
}

static int
open_next(struct mails *m, struct reason *why)
{
	int fd, result;

	free(m->bytes);
	m->bytes = NULL;
	m->size = m->offset = 0;
	m->number = 0;
	m->path = m->paths[m->at++];
	fd = strcmp(m->path, "-") == 0 ? STDIN_FILENO
				       : open(m->path, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return reason_errno(why, "cannot read");
	result = read_stream(fd, &m->bytes, &m->size, why);
	if (fd != STDIN_FILENO)
		close(fd);
	return result;
}

static bool
is_mbox(const struct mails *m)
{
	return m->size > 5 && memcmp(m->bytes, "From ", 5) == 0;
}

/* The end of the mbox message that begins at from: an empty line before the
 * next "From " line, or the end of the file. */
static size_t
mbox_end(const struct mails *m, size_t from, size_t *next)
{
	const char *p = m->bytes + from, *end = m->bytes + m->size;

	while ((p = memmem(p, (size_t)(end - p), "\nFrom ", 6)) != NULL) {
		const char *line = p > m->bytes && p[-1] == '\r' ? p - 1 : p;

		if (line > m->bytes && line[-1] == '\n') {
			*next = (size_t)(p + 1 - m->bytes);
			return (size_t)(line - m->bytes);
		}
		p++;
	}
	*next = m->size;
	return m->size;
}

/* Cuts the next message out of the file: its bytes and length. */
static const char *
cut(struct mails *m, size_t *len)
{
	const char *line, *begin = m->bytes + m->offset;
	size_t next, stop;

	m->number++;
	if (!is_mbox(m)) {
		*len = m->size;
		m->offset = m->size;
		return begin;
	}
	/* The "From " line is the mbox's, not the message's. */
	line = memchr(begin, '\n', m->size - m->offset);
	begin = line == NULL ? m->bytes + m->size : line + 1;
	stop = mbox_end(m,
	    (size_t)(begin - m->bytes) - (begin > m->bytes ? 1 : 0), &next);
	m->offset = next;
	*len = stop > (size_t)(begin - m->bytes)
		   ? stop - (size_t)(begin - m->bytes)
		   : 0;
	return begin;
}

/* Line ends as an MTA would send them; see the header. */
static int
to_message(const char *bytes, size_t len, struct reason *why)
{
	const char *line = memchr(bytes, '\n', len);
	const char *end = bytes + len, *ends;
	struct buf b;
	int fd;

	if (line == NULL || (line > bytes && line[-1] == '\r'))
		return local_message(bytes, len, why);
	buf_init(&b, most_bytes);
	while (bytes < end) {
		line = memchr(bytes, '\n', (size_t)(end - bytes));
		if (line == NULL)
			line = end;
		/* Some lines of such a file may end as they should. */
		ends = line > bytes && line[-1] == '\r' ? "\n" : "\r\n";
		if (buf_add(&b, bytes, (size_t)(line - bytes)) == -1 ||
		    (line < end && buf_string(&b, ends) == -1)) {
			buf_free(&b);
			return reason_set(why, "out of memory");
		}
		bytes = line < end ? line + 1 : end;
	}
	fd = local_message(buf_text(&b), b.len, why);
	buf_free(&b);
	return fd;
}

static int
take(struct mails *m, struct mail *mail, struct reason *why)
{
	const char *bytes;
	size_t len;

	if (m->bytes == NULL || m->offset >= m->size) {
		if (m->at == m->count)
			return 0;
		snprintf(mail->name, sizeof mail->name, "%s", m->paths[m->at]);
		if (open_next(m, why) == -1) {
			m->failed++;
			return -1;
		}
	}
	bytes = cut(m, &len);
	if (is_mbox(m))
		snprintf(mail->name, sizeof mail->name, "%.4096s:%d", m->path,
		    m->number);
	else
		snprintf(mail->name, sizeof mail->name, "%s", m->path);
	mail->fd = to_message(bytes, len, why);
	return mail->fd == -1 ? -1 : 1;
}

int
mails_next(struct mails *m, struct mail *mail, struct reason *why)
{
	int result;

	mail->fd = -1;
	pthread_mutex_lock(&m->lock);
	result = take(m, mail, why);
	pthread_mutex_unlock(&m->lock);
	return result;
}
