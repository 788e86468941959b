/* SPDX-License-Identifier: ISC */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "milter/base/clock.h"
#include "milter/record/journal.h"
#include "milter/record/line.h"
#include "milter/record/lines.h"
#include "milter/record/read.h"
#include "milter/base/banned.h"

/* The time of a line by its bytes alone, or -1. A quote inside a JSON string
 * is escaped, so the pattern is the field and nothing else. */
static int64_t
time_of(const char *line, size_t len)
{
	static const char field[] = "\"ts\":\"";
	const char *at = memmem(line, len, field, sizeof field - 1);
	char text[CLOCK_TEXT];

	if (at == NULL)
		return -1;
	at += sizeof field - 1;
	if ((size_t)(line + len - at) < sizeof text)
		return -1;
	memcpy(text, at, sizeof text - 1);
	text[sizeof text - 1] = '\0';
	return clock_parse(text);
}

static bool
wanted(const struct reading *r, const char *line, size_t len)
{
	int64_t at;

	if (r->needle != NULL &&
	    memmem(line, len, r->needle, strlen(r->needle)) == NULL)
		return false;
	if (r->since == 0 && r->until == 0)
		return true;
	at = time_of(line, len);
	return (r->since == 0 || at >= r->since) &&
	       (r->until == 0 || at < r->until);
}

/* 1: go on; 0: stop; -1. Lines that are no JSON are verification's affair. */
static int
read_file(const struct reading *r, int fd, uint64_t size, struct reason *why)
{
	struct lines l;
	const char *bytes;
	int more, result = 1;
	size_t len;

	lines_begin(&l, fd, 0, size);
	while (result == 1 && (more = lines_next(&l, &bytes, &len, why)) != 0) {
		struct line line;
		struct reason unused;
		json_t *event;

		if (more == -1) {
			result = -1;
			break;
		}
		if (l.partial || !wanted(r, bytes, len))
			continue;
		event = line_read(bytes, len, &line, &unused);
		if (event != NULL && !r->each(r->context, event))
			result = 0;
		json_decref(event);
	}
	lines_end(&l);
	return result;
}

/* When its first line was written, or -1. */
static int64_t
begin_of(int folder, uint64_t first)
{
	char name[LINES_NAME], bytes[4096];
	ssize_t n = -1;
	int fd;

	lines_name(first, name);
	fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
	if (fd != -1) {
		n = pread(fd, bytes, sizeof bytes, 0);
		close(fd);
	}
	return n <= 0 ? -1 : time_of(bytes, (size_t)n);
}

static int
open_and_read(const struct reading *r, int folder, uint64_t first,
    struct reason *why)
{
	char name[LINES_NAME];
	struct stat st;
	int fd, result;

	lines_name(first, name);
	fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
	if (fd == -1 || fstat(fd, &st) == -1) {
		reason_errno(why, "%s", name);
		if (fd != -1)
			close(fd);
		return -1;
	}
	result = read_file(r, fd, (uint64_t)st.st_size, why);
	close(fd);
	if (result == -1)
		reason_prefix(why, "%s", name);
	return result;
}

int
read_journal(const struct conf *conf, const struct reading *r,
    struct reason *why)
{
	int folder =
		open(conf->journal_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
	    result;
	uint64_t *firsts;
	size_t count;

	if (folder == -1)
		return reason_errno(why, "%s", conf->journal_dir);
	result = lines_files(folder, &firsts, &count, why) == -1 ? -1 : 1;
	for (size_t i = 0; result == 1 && i < count; i++) {
		/* All of it is before since, if the next file begins before. */
		if (r->since != 0 && i + 1 < count) {
			int64_t next = begin_of(folder, firsts[i + 1]);

			if (next != -1 && next < r->since)
				continue;
		}
		result = open_and_read(r, folder, firsts[i], why);
	}
	free(firsts);
	close(folder);
	return result == -1 ? -1 : 0;
}

int
journal_read(const struct conf *conf, int64_t since, int64_t until,
    bool (*each)(void *context, json_t *event), void *context,
    struct reason *why)
{
	struct reading r = { since, until, NULL, each, context };

	return read_journal(conf, &r, why);
}
