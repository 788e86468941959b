/* SPDX-License-Identifier: ISC */
#ifndef SKM_RECORD_CHAIN_H
#define SKM_RECORD_CHAIN_H

#include <jansson.h>
#include <stdint.h>

#include "milter/base/buf.h"
#include "milter/base/conf.h"
#include "milter/base/reason.h"
#include "milter/record/head.h"

/*
 * The end of the journal, as one thread of one process sees it that holds the
 * lock. Order of every write: lines, sync, head; so the head is never before
 * the lines. Nothing counts that chain_commit() did not confirm.
 *
 * Not across fork(): the child would share the lock. Open it in the child.
 */
struct chain {
	char *path, *node, *system_id;
	uint64_t size_limit;
	int folder, lock, file;
	uint64_t opened; /* the file that `file` is, by its first seq */
	struct head head; /* as on disk, while locked */
	struct head last; /* what this process committed or saw last */
	json_t *recovered; /* fields of a log.recover event to be written */
};

/* Opens journal_dir, which is made when it is missing. Freed by
 * chain_close(). */
struct chain *chain_open(const struct conf *conf, struct reason *why);
void chain_close(struct chain **c);

/*
 * Takes the lock, reads the head, and repairs what a crash left behind: whole
 * lines beyond the head are taken up, a torn tail is moved aside into a file
 * NNNNNNNNNN.torn. After -1 it is not locked.
 */
int chain_lock(struct chain *c, struct reason *why);
void chain_unlock(struct chain *c);

/* Adds v, seq, ts, node, system_id, prev and hash to event and its line to
 * lines; head is moved on in memory. -1: lines and head are as before. */
int chain_compose(struct chain *c, json_t *event, struct head *head,
    struct buf *lines, struct reason *why);

/* Writes and syncs lines, then the head. -1: the file is cut back to what it
 * was (what cannot be cut now, chain_lock() judges later). */
int chain_commit(struct chain *c, const struct buf *lines,
    const struct head *head, struct reason *why);

/* If the file is over journal_size: ends it with log.rotate and begins the
 * next one. */
int chain_rotate(struct chain *c, struct reason *why);

/* Opens the file of c->head (made if missing, then the folder is synced).
 * *size is its length. For recover.c. */
int chain_file(struct chain *c, uint64_t *size, struct reason *why);

#endif
