/* SPDX-License-Identifier: ISC */
#ifndef SKM_QUARANTINE_QUARANTINE_H
#define SKM_QUARANTINE_QUARANTINE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "milter/base/conf.h"
#include "milter/base/hash.h"
#include "milter/base/ident.h"
#include "milter/base/reason.h"
#include "milter/record/store.h"
#include "policy/envelope.h"
#include "policy/findings.h"
#include "policy/policy.h"

/*
 * Held mail. The folders are the truth; the records database is an index of
 * them that can be made again.
 *
 *	tmp/ID          being written; swept at start, no one was told 250
 *	held/ID         waits for staff; the message is on stable storage
 *	releasing/ID    a release has begun; the nonce is in ID's meta file
 *	released/ID     the listener said 250
 *	discarded/ID    staff gave it up; the message is gone, the meta stays
 *
 * Each is a folder ID with two files: `message` (the original bytes) and
 * `meta.json` (envelope, facts, verdict, SHA-256, size, nonce). A state change
 * is a rename of the folder followed by fsync of both parents; a crash leaves
 * one state or the other. An incomplete or changed file is found by its SHA-256
 * and never sent.
 */
enum held_state {
	HELD_HELD,
	HELD_RELEASING,
	HELD_RELEASED,
	HELD_DISCARDED,
	HELD_STATES
};

/* "held", "releasing" ..., the names of the folders, and back. */
const char *held_state_name(enum held_state state);
enum held_state held_state_named(const char *name); /* or HELD_STATES */

struct quarantine;

/* Opens (makes) the folders and the index. sweep: remove what a crash left in
 * tmp/, and index what is missing (only sekimorid does, at its start). */
struct quarantine *
quarantine_open(const struct conf *conf, bool sweep, struct reason *why);
void quarantine_close(struct quarantine **q);

/* What the sweep put right: an array with the fields of a quarantine.recover
 * event for each (new reference; empty without sweep). The caller records
 * them. */
json_t *quarantine_swept(struct quarantine *q);

/*
 * Holds the message for the recipients of e whose numbers are in rcpts. id is
 * the identifier, made here. The same bytes to the same recipients from the
 * same sender that are held already (a sender that tried again after a lost
 * answer) give the first one's id and *seen_count > 1. After 0 it is on stable
 * storage and in the index; after -1 nothing was taken: defer. Thread-safe.
 */
int quarantine_put(struct quarantine *q, int message, const struct envelope *e,
    const size_t *rcpts, size_t rcpts_count, const struct findings *f,
    const struct verdict *v, char id[IDENT_SIZE], int *seen_count,
    struct reason *why);

/* Meta of a held message (new reference, with "state"), or NULL and why. */
json_t *
quarantine_get(struct quarantine *q, const char *id, struct reason *why);

/* Opens the original bytes for reading after checking size and SHA-256
 * against meta; -1 and why when they differ. */
int quarantine_open_message(struct quarantine *q, const char *id,
    struct reason *why);

/* Filters of a list; NULL or 0: all. Times in microseconds since 1970. */
struct quarantine_filter {
	const char *state, *class, *sender, *recipient, *queue_id;
	const char *campaign;
	int64_t since, until;
	size_t limit;
};

/* Array of metas without parts, newest first; new reference. */
json_t *quarantine_list(struct quarantine *q,
    const struct quarantine_filter *filter, struct reason *why);

/* Moves id from one state to another; fields (stolen, may be NULL) are put
 * into meta.json first. -1 when it is not in that state: someone else won. */
int quarantine_move(struct quarantine *q, const char *id, enum held_state from,
    enum held_state to, json_t *fields, struct reason *why);

/* Puts fields (stolen) into the meta of a message that is held, durably. */
int quarantine_note(struct quarantine *q, const char *id, json_t *fields,
    struct reason *why);

/*
 * Tokens: the header field that lets a message of ours pass the filter is
 * X-Sekimori-Release: ID.NONCE.MAC, MAC = HMAC-SHA-256 under secret_file of
 * kind, id, nonce, SHA-256 of the body, sender and sorted recipients: the MTA
 * adds fields to the header on the way back in. It passes once: passing makes
 * the file passed/ID.NONCE, which also tells a sender that was killed whether
 * the milter let it through.
 */
enum { TOKEN_SIZE = 160 };

enum token_kind {
	TOKEN_RELEASE, /* of the quarantine: id is held mail */
	TOKEN_HOLD, /* of the quarantine: it waited, and is judged again */
	TOKEN_COPY, /* of the spool: id is a message with several copies */
	TOKEN_KINDS
};

enum token_state { TOKEN_BAD, TOKEN_GOOD, TOKEN_USED };

/* What a token is bound to. */
struct token {
	enum token_kind kind;
	const char *sender;
	char *const *rcpts;
	size_t rcpts_count;
	uint8_t sha256[HASH_BYTES]; /* of the body: token_body() */
	char id[IDENT_SIZE], nonce[IDENT_SIZE];
};

/* SHA-256 of what stands behind the first empty line of the message. */
int token_body(int message, uint8_t sha256[HASH_BYTES], struct reason *why);

/* The text of a token that is filled in. */
int token_make(struct quarantine *q, const struct token *t,
    char text[TOKEN_SIZE], struct reason *why);

/* Is the text right for this message (sender, rcpts, sha256)? Fills kind, id
 * and nonce. Used: it was right and has passed before. */
enum token_state
token_check(struct quarantine *q, const char *text, struct token *t);

/* Records durably that it passed. */
int token_pass(struct quarantine *q, const char *id, const char *nonce,
    struct reason *why);
/* Did it? */
bool token_passed(struct quarantine *q, const char *id, const char *nonce);

/* HMAC-SHA-256 of text in hex, under a key that secret_file gives for label:
 * what an event may tell of a subject. */
void token_mask(const struct quarantine *q, const char *label, const char *text,
    char hex[HASH_HEX]);

/* The records database, locked until quarantine_store_done(); NULL and why
 * when it cannot be had. For what is not held mail. Thread-safe. */
struct store *quarantine_store(struct quarantine *q, struct reason *why);
void quarantine_store_done(struct quarantine *q);

#endif
