/* SPDX-License-Identifier: ISC */
#ifndef SKM_QUARANTINE_SPOOL_H
#define SKM_QUARANTINE_SPOOL_H

#include <jansson.h>
#include <stddef.h>

#include "milter/base/conf.h"
#include "milter/base/ident.h"
#include "milter/base/reason.h"
#include "policy/envelope.h"

/*
 * Messages whose recipients get different copies, on their way out. The MTA
 * was told that it may forget them, so they are here until every copy was
 * taken by the listener or its sender was told.
 *
 *	tmp/ID		being written; swept at start, no one was told 250
 *	ready/ID	copies wait to be sent
 *	done/ID		all were settled; what is left for two days is meta.json
 *	seen/HASH	ID of the message with this sender, recipients and bytes
 *
 * A folder ID holds the copies `0`, `1` ... and meta.json: v, id, same
 * (HASH), msg, queue_id, created, sender, sender_args, copies. A copy has nonce, method,
 * rcpts, rcpt_args, sha256, size, state ("ready", "sent", "failed"), tries,
 * next (when to try, microseconds since 1970) and last (what was said); unknown
 * (true), once the answer to an attempt was lost.
 */
struct spool;

/* Makes and opens the folders, and removes what a crash left in tmp/ (only
 * sekimorid does). NULL and why. spool_close() frees. */
struct spool *spool_open(const struct conf *conf, struct reason *why);
void spool_close(struct spool **s);

/* One copy: its bytes, and for whom (numbers into the envelope's rcpts). */
struct spool_copy {
	int message;
	const size_t *rcpts;
	size_t count;
	const char *method; /* "smime", "openpgp", "none": for the record */
};

/*
 * Writes the copies of a message to tmp/, on stable storage; id is made here.
 * The same message from the same sender to the same recipients that is in the
 * spool already, or was in the last two days (a sender that did not hear our
 * answer), gives the first one's id and writes nothing. 0, or -1: defer.
 */
int spool_put(struct spool *s, int message, const struct envelope *e,
    const struct spool_copy *copies, size_t count, char id[IDENT_SIZE],
    struct reason *why);

/* From here on it is being sent. Calling it again changes nothing. */
int spool_commit(struct spool *s, const char *id, struct reason *why);

/* Forgets a message that was not committed. */
void spool_abort(struct spool *s, const char *id);

/* Calls each for every message that is ready, in no order. */
int spool_each(struct spool *s,
    int (*each)(void *context, const char *id, struct reason *why),
    void *context, struct reason *why);

/* meta.json of a ready message: new reference, or NULL and why. */
json_t *spool_meta(struct spool *s, const char *id, struct reason *why);

/* Replaces it, durably. */
int
spool_note(struct spool *s, const char *id, json_t *meta, struct reason *why);

/* Opens copy number n after checking it against meta; -1 and why. */
int spool_message(struct spool *s, const char *id, size_t n, const json_t *meta,
    struct reason *why);

/* All copies are settled: their bytes go, meta.json stays for a while. */
int spool_done(struct spool *s, const char *id, struct reason *why);

/* Removes what was done more than two days ago. */
void spool_sweep(struct spool *s);

#endif
