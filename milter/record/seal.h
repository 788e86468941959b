/* SPDX-License-Identifier: ISC */
#ifndef SKM_RECORD_SEAL_H
#define SKM_RECORD_SEAL_H

#include <jansson.h>
#include <stdint.h>

#include "milter/base/conf.h"
#include "milter/base/hash.h"
#include "milter/base/reason.h"
#include "milter/record/head.h"

/*
 * Seals of the journal, forward secure: seal number n is an HMAC under key n,
 * and key n+1 = SHA-256("sekimori-seal" key n) replaces it. Who has the auditor's
 * copy of key 0 can make them all again; who takes over the machine finds only
 * a key from which no earlier one can be had.
 */
struct seal {
	uint64_t n;
	uint8_t key[HASH_BYTES];
};

/*
 * Makes the first key, if there is none, in seal_key_file (0600), and its copy
 * in seal_key_file + ".verify" (0400) for the auditor to take away. -1 when
 * that is not allowed here.
 */
int seal_first(const struct conf *conf, struct reason *why);

/* Opens seal_key_file for writing, locks it and reads s. The descriptor, to be
 * ended by seal_end(); or -1. */
int seal_begin(const struct conf *conf, struct seal *s, struct reason *why);

/* Replaces the key by the next one (next true) and unlocks. */
int seal_end(const struct conf *conf, int fd, const struct seal *s, bool next,
    struct reason *why);

/* Reads a key file (the auditor's, or seal_key_file). */
int seal_read(const char *path, struct seal *s, struct reason *why);

/* Key n+1 in place of key n. */
void seal_next(struct seal *s);

/* HMAC of hash, seq and n (as text with newlines) under the key, in hex. */
void seal_mac(const struct seal *s, const char *hash, uint64_t seq,
    char mac[HASH_HEX]);

/* Sets the fields of a log.seal event: n, head, head_seq, mac. */
int seal_fields(const struct seal *s, const struct head *head, json_t *event,
    struct reason *why);

#endif
