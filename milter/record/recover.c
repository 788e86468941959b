/* SPDX-License-Identifier: ISC */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "milter/base/file.h"
#include "milter/record/line.h"
#include "milter/record/lines.h"
#include "milter/record/recover.h"
#include "milter/base/banned.h"

/* Notes what was found for the log.recover event. */
static void
note(struct chain *c, uint64_t bytes, const char *what)
{
	char name[LINES_NAME];

	if (c->recovered != NULL)
		return;
	lines_name(c->head.file, name);
	c->recovered = json_pack("{s:s, s:I, s:s}", "file", name, "bytes",
	    (json_int_t)bytes, "note", what);
}

/* Copies from..size of the file into NNNNNNNNNN.torn (the number is the seq
 * it would have had) and cuts it off. */
static int
set_aside(struct chain *c, uint64_t from, uint64_t size, struct reason *why)
{
	size_t len = size - from > LINE_LIMIT ? LINE_LIMIT : size - from;
	char *bytes = malloc(len + 1), name[LINES_NAME];
	ssize_t n =
	    bytes == NULL ? -1 : pread(c->file, bytes, len, (off_t)from);
	int result = -1;

	snprintf(name, sizeof name, "%010" PRIu64 ".torn", c->head.seq + 1);
	if (n == -1)
		reason_errno(why, "%s: torn tail", c->path);
	else if (file_put(c->folder, name, bytes, (size_t)n, 0640, why) == 0 &&
		 ftruncate(c->file, (off_t)from) == 0)
		result = file_sync(c->file, c->path, why);
	else
		reason_prefix(why, "%s: torn tail", c->path);
	free(bytes);
	note(c, size - from, "a torn tail was moved aside");
	return result;
}

/* Does the line follow the head? Then the head moves on. */
static bool
follows(struct chain *c, const char *bytes, size_t len)
{
	struct reason unused;
	struct line line;
	json_t *event = line_read(bytes, len, &line, &unused);
	bool good = event != NULL && line.seq == c->head.seq + 1 &&
		    strcmp(line.prev, c->head.hash) == 0 &&
		    line_check(bytes, len, event, &line, &unused) == 0;

	json_decref(event);
	if (good) {
		c->head.seq = line.seq;
		memcpy(c->head.hash, line.hash, HASH_HEX);
	}
	return good;
}

/* Lines beyond the head are on disk but may not have been confirmed; they
 * count, since one that was confirmed must not be lost. */
static int
take_up(struct chain *c, uint64_t size, struct reason *why)
{
	struct lines l;
	const char *bytes;
	size_t len;
	int more;

	lines_begin(&l, c->file, c->head.length, size);
	while ((more = lines_next(&l, &bytes, &len, why)) == 1) {
		if (l.partial || !follows(c, bytes, len))
			break;
		c->head.length = l.next;
	}
	lines_end(&l);
	return c->head.length < size ? set_aside(c, c->head.length, size, why)
				     : 0;
}

/* Where the last whole line of the file ends. */
static int
whole_lines(struct chain *c, uint64_t size, uint64_t *end, struct reason *why)
{
	struct lines l;
	const char *bytes;
	size_t len;
	int more;

	*end = 0;
	lines_begin(&l, c->file, 0, size);
	while ((more = lines_next(&l, &bytes, &len, why)) == 1)
		if (!l.partial)
			*end = l.next;
	lines_end(&l);
	return more;
}

/* Lines that were there are gone. The journal goes on after them, with the
 * gap in its numbers that verification shows. */
static int
cut_short(struct chain *c, uint64_t size, struct reason *why)
{
	uint64_t end, gone = c->head.length - size;

	if (whole_lines(c, size, &end, why) == -1)
		return -1;
	note(c, gone, "the file is shorter than its head says");
	c->head.length = end;
	return end < size ? set_aside(c, end, size, why) : 0;
}

int
recover_tail(struct chain *c, struct reason *why)
{
	uint64_t size;

	if (chain_file(c, &size, why) == -1)
		return -1;
	if (size > c->head.length)
		return take_up(c, size, why);
	if (size < c->head.length)
		return cut_short(c, size, why);
	return 0;
}

/* Reads the whole file of c->head; the last line that can be read is the head.
 * Lines that cannot are left for verification to name. */
static int
read_file(struct chain *c, struct reason *why)
{
	struct reason unused;
	const char *bytes;
	struct lines l;
	uint64_t size;
	size_t len;
	int more;

	if (chain_file(c, &size, why) == -1)
		return -1;
	lines_begin(&l, c->file, 0, size);
	c->head.length = 0;
	while ((more = lines_next(&l, &bytes, &len, why)) == 1 && !l.partial) {
		struct line line;
		json_t *event = line_read(bytes, len, &line, &unused);

		c->head.length = l.next;
		if (event == NULL)
			continue;
		c->head.seq = line.seq;
		memcpy(c->head.hash, line.hash, HASH_HEX);
		json_decref(event);
	}
	lines_end(&l);
	if (more == -1)
		return -1;
	return more == 1 ? set_aside(c, c->head.length, size, why) : 0;
}

int
recover_head(struct chain *c, struct reason *why)
{
	uint64_t *firsts, last = 0, length = 0;
	size_t count;
	int result;

	head_empty(&c->head);
	result = lines_files(c->folder, &firsts, &count, why);
	while (result == 0 && count > 0 && c->head.seq == 0) {
		c->head.file = firsts[--count];
		result = read_file(c, why);
		if (last == 0) {
			last = c->head.file;
			length = c->head.length;
		}
	}
	free(firsts);
	if (result == -1 || last == 0)
		return result == -1 ? -1 : recover_tail(c, why);
	c->head.file = last;
	c->head.length = length;
	/* a journal that no line was written to had no head to lose */
	if (c->head.seq != 0 || c->last.seq != 0)
		note(c, 0,
		    "the head was lost and is made again from the "
		    "files");
	return recover_tail(c, why);
}
