/* SPDX-License-Identifier: ISC */
#ifndef SKM_RECORD_STORE_H
#define SKM_RECORD_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "milter/base/conf.h"
#include "milter/base/ident.h"
#include "milter/base/reason.h"

/*
 * The records database: what people query. It holds the index of the
 * quarantine; the truth stays in the quarantine's folders, from which it can
 * be made again, so that losing it loses nothing. And it remembers which mails
 * were protected, so that answers are (threads).
 *
 * SQLite in WAL mode, synchronous=FULL (with NORMAL a power cut may take the
 * last commits), a writer waits 2 s for another. One handle is used by one
 * thread at a time: the caller has the lock. A damaged or missing database is
 * an error of each call, never an empty answer.
 */
struct store;

/*
 * Opens conf->records ("sqlite:PATH"; another scheme is an error). With repair,
 * a file that is no database, or fails SQLite's check, is moved aside to
 * PATH.damaged and a new one is made; without, it is an error. *fresh: the
 * database is new, the caller has to fill it. Freed by store_close().
 */
struct store *
store_open(const char *records, bool repair, bool *fresh, struct reason *why);
void store_close(struct store **s);

/* Was the file removed or replaced since store_open()? What is written then
 * is lost. */
bool store_gone(const struct store *s);

/* Groups what follows into one transaction, for a rebuild. */
int store_begin(struct store *s, struct reason *why);
int store_commit(struct store *s, struct reason *why);

/* The index row of a held message; strings are the caller's. */
struct store_held {
	const char *id, *state, *class, *sender, *queue_id;
	const char *rcpts; /* each with a newline before and behind it */
	const char *dedupe; /* SHA-256 in hex, see quarantine_put() */
	int64_t created; /* microseconds since 1970 */
	int64_t seen;
};

/* Adds or replaces a row. */
int store_held_put(struct store *s, const struct store_held *row,
    struct reason *why);

/* Removes a row. */
int store_held_remove(struct store *s, const char *id, struct reason *why);

/* Sets the state, if it is still `from`. */
int store_held_move(struct store *s, const char *id, const char *from,
    const char *to, struct reason *why);

/* The newest row in state "held", not older than since, with this dedupe: 1
 * and its id, 0 when there is none, -1. */
int store_held_same(struct store *s, const char *dedupe, int64_t since,
    char id[IDENT_SIZE], struct reason *why);

/* NULL or 0: all. sender and recipient: part of the address, letters of
 * either case. */
struct store_filter {
	const char *id, *state, *class, *sender, *recipient, *queue_id;
	int64_t since, until;
};

/* Calls each with the id and state of every row, newest first, until it
 * returns false. It must not call the store. */
int store_held_each(struct store *s, const struct store_filter *filter,
    bool (*each)(void *context, const char *id, const char *state),
    void *context, struct reason *why);

/*
 * Remembers a mail by the mask of its Message-ID (see token_mask()) as of a
 * class of confidentiality until then; times in microseconds since 1970. What
 * is known of it already is never lowered. Those that ran out go, and of more
 * than a million the oldest.
 */
int store_thread_put(struct store *s, const char *mask, int class, int64_t now,
    int64_t until, struct reason *why);

/* The class of the mail, 0 when it is not known or ran out, -1. */
int store_thread_find(struct store *s, const char *mask, int64_t now,
    struct reason *why);

#endif
