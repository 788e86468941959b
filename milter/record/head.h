/* SPDX-License-Identifier: ISC */
#ifndef SKM_RECORD_HEAD_H
#define SKM_RECORD_HEAD_H

#include <stdbool.h>
#include <stdint.h>

#include "milter/base/hash.h"
#include "milter/base/reason.h"

/*
 * The head: where the journal ends, kept in the file `head` beside it. Each
 * process that appends reads it under the lock (flock of this file), and
 * verification finds a cut tail by it.
 *
 * It is written in place, after the lines it tells of are on stable storage,
 * and not synced itself: after a power cut it may be behind them (the lines
 * beyond it are then taken up again) but never before them. It has a check
 * sum, since a torn one must not be believed.
 */
struct head {
	uint64_t seq; /* of the last line; 0: there is none */
	uint64_t file; /* first seq of the file it is in */
	uint64_t length; /* bytes of that file */
	char hash[HASH_HEX]; /* of the last line; zeros when there is none */
};

/* The head of a journal without a line. */
void head_empty(struct head *h);

/* Reads fd; false when it is empty or damaged. */
bool head_read(int fd, struct head *h);

/* Overwrites fd. */
int head_write(int fd, const struct head *h, struct reason *why);

#endif
