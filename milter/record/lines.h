/* SPDX-License-Identifier: ISC */
#ifndef SKM_RECORD_LINES_H
#define SKM_RECORD_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "milter/base/reason.h"

/*
 * The files of a journal and their lines, read with a bound: a damaged file
 * without newlines must not take all memory.
 */

/* Room for a file's name. */
enum { LINES_NAME = 32 };

/* "0000000001.jsonl": the name of the file whose first line has that seq. */
void lines_name(uint64_t first, char name[LINES_NAME]);

/* The first seqs (the names) of all files of the folder, ascending; *firsts
 * is freed by the caller with free(). */
int
lines_files(int folder, uint64_t **firsts, size_t *count, struct reason *why);

/* Reading the lines of one file. */
struct lines {
	int fd;
	uint64_t limit; /* not read beyond this offset */
	uint64_t offset; /* of the line that lines_next() gave last */
	uint64_t next; /* of what is behind it */
	bool partial; /* that line had no newline at its end */
	char *bytes;
	size_t room, begin, end;
};

/* From offset to limit of fd, which stays the caller's. */
void lines_begin(struct lines *l, int fd, uint64_t offset, uint64_t limit);

/* The next line without its newline, valid until the next call: 1; 0 at the
 * end; -1 when it cannot be read or is over LINE_LIMIT. */
int
lines_next(struct lines *l, const char **line, size_t *len, struct reason *why);

/* Gives the memory back. */
void lines_end(struct lines *l);

#endif
