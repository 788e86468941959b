/* SPDX-License-Identifier: ISC */
#ifndef SKM_QUARANTINE_META_H
#define SKM_QUARANTINE_META_H

#include <jansson.h>

#include "milter/base/buf.h"
#include "milter/base/reason.h"
#include "milter/quarantine/quarantine.h"

/*
 * meta.json: all that is known about a held message. Fields: v (1), id, msg,
 * queue_id, created, class, rule, basis, verdict, score, sender, sender_args,
 * rcpts and rcpt_args (arrays of strings in the same order), client_ip, helo,
 * auth_user, direction of the first recipient, subject, from, message_id,
 * size, sha256, dedupe, facts, parts, urls, seen_count; campaign, when it
 * belongs to one; removed (the parts that a copy was delivered without);
 * until (microseconds since 1970; 0: it does not go by itself), when it waits by
 * a rule that says hold; later
 * those that quarantine_move() is given.
 */
struct meta_source {
	int message;
	const struct envelope *e;
	const size_t *rcpts; /* numbers into e->rcpts */
	size_t rcpts_count;
	const struct findings *f;
	const struct verdict *v;
};

/* Meta of a message that is to be held as id; new reference, or NULL. */
json_t *
meta_new(const struct meta_source *source, const char *id, struct reason *why);

/* A text of a meta, "" where there is none; it is the meta's. */
const char *meta_text(const json_t *meta, const char *key);

/* The texts of a list, NULL behind the last, NULL without memory. They are the
 * list's, the array is freed with free(). */
char **meta_texts(const json_t *list);

/* What makes it the same mail again, in hex: sender, recipients, bytes (their
 * SHA-256 is given). */
int meta_same(const struct meta_source *m, const uint8_t sha256[HASH_BYTES],
    char hex[HASH_HEX], struct reason *why);

/* Sorts the count addresses and adds them to b, each with a NUL behind it;
 * -1 when b is full or memory is out. */
int meta_addresses(struct buf *b, char *const *rcpts, size_t count);

#endif
