/* SPDX-License-Identifier: ISC */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "milter/record/line.h"
#include "milter/record/lines.h"
#include "milter/base/banned.h"

void
lines_name(uint64_t first, char name[LINES_NAME])
{
	snprintf(name, LINES_NAME, "%010" PRIu64 ".jsonl", first);
}

/* The number in a journal file's name, or 0 when it is no such file. */
static uint64_t
number_of(const char *name)
{
	char again[LINES_NAME];
	uint64_t first = strtoull(name, NULL, 10);

	lines_name(first, again);
	return strcmp(name, again) == 0 ? first : 0;
}

static int
ascending(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static int
read_names(DIR *dir, uint64_t **firsts, size_t *count, struct reason *why)
{
	struct dirent *entry;

	while ((entry = readdir(dir)) != NULL) {
		uint64_t *more, first = number_of(entry->d_name);

		if (first == 0)
			continue;
		more = realloc(*firsts, (*count + 1) * sizeof *more);
		if (more == NULL)
			return reason_set(why, "out of memory");
		*firsts = more;
		more[(*count)++] = first;
	}
	return 0;
}

int
lines_files(int folder, uint64_t **firsts, size_t *count, struct reason *why)
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd == -1 ? NULL : fdopendir(fd);
	int result;

	*firsts = NULL;
	*count = 0;
	if (dir == NULL) {
		result = reason_errno(why, "journal folder");
		if (fd != -1)
			close(fd);
		return result;
	}
	result = read_names(dir, firsts, count, why);
	closedir(dir);
	if (*count > 1)
		qsort(*firsts, *count, sizeof **firsts, ascending);
	return result;
}

void
lines_begin(struct lines *l, int fd, uint64_t offset, uint64_t limit)
{
	memset(l, 0, sizeof *l);
	l->fd = fd;
	l->offset = l->next = offset;
	l->limit = limit;
}

static int
more_room(struct lines *l, struct reason *why)
{
	size_t room = l->room == 0 ? 65536 : l->room * 2;
	char *bytes;

	if (l->begin > 0) {
		memmove(l->bytes, l->bytes + l->begin, l->end - l->begin);
		l->end -= l->begin;
		l->begin = 0;
		return 0;
	}
	if (l->room >= LINE_LIMIT)
		return reason_set(why, "a line is longer than %d bytes",
		    LINE_LIMIT);
	bytes = realloc(l->bytes, room);
	if (bytes == NULL)
		return reason_set(why, "out of memory");
	l->bytes = bytes;
	l->room = room;
	return 0;
}

/* Reads on: 1, 0 at the end, -1. */
static int
more_bytes(struct lines *l, struct reason *why)
{
	uint64_t at = l->next + (l->end - l->begin), want;
	ssize_t n;

	if (l->end == l->room && more_room(l, why) == -1)
		return -1;
	want = l->room - l->end;
	if (at >= l->limit)
		return 0;
	if (want > l->limit - at)
		want = l->limit - at;
	do
		n = pread(l->fd, l->bytes + l->end, want, (off_t)at);
	while (n == -1 && errno == EINTR);
	if (n == -1)
		return reason_errno(why, "reading the journal");
	l->end += (size_t)n;
	return n > 0;
}

static void
take(struct lines *l, size_t len, const char **line)
{
	*line = l->bytes + l->begin;
	l->partial = len == l->end - l->begin;
	l->offset = l->next;
	l->begin += len + !l->partial;
	l->next += len + !l->partial;
}

int
lines_next(struct lines *l, const char **line, size_t *len, struct reason *why)
{
	size_t looked = 0;

	for (;;) {
		char *at = l->end - l->begin == looked
			       ? NULL
			       : memchr(l->bytes + l->begin + looked, '\n',
				     l->end - l->begin - looked);
		int more;

		if (at != NULL) {
			*len = (size_t)(at - (l->bytes + l->begin));
			take(l, *len, line);
			return 1;
		}
		looked = l->end - l->begin;
		more = more_bytes(l, why);
		if (more == -1)
			return -1;
		if (more == 0 && looked == 0)
			return 0;
		if (more == 0) {
			*len = looked;
			take(l, *len, line);
			return 1;
		}
	}
}

void
lines_end(struct lines *l)
{
	free(l->bytes);
	l->bytes = NULL;
}
