/* SPDX-License-Identifier: ISC */
#ifndef SKM_CERTS_SHELF_H
#define SKM_CERTS_SHELF_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "milter/base/reason.h"

/*
 * The files of the store: one per key, found by the address alone, so that a
 * look-up costs the same with ten keys and ten thousand.
 *
 *	smime/ADDRESS.pem, openpgp/ADDRESS.asc	put there by hand
 *	smime/ADDRESS/ID.pem, openpgp/ADDRESS/ID.asc	put there by import
 *	pending/ID.pem	waits for approval	revoked/ID.pem	never used again
 *	smime/ADDRESS.capabilities	what its owner has shown to read
 *
 * Beside each that import put there lies its note, ID.json: kind, address,
 * source, trust, who put it there and when. A key without a note was put there
 * by hand, by someone who may write the store: it counts as verified. A note
 * that cannot be read makes its key the least trusted.
 */
enum {
	SHELF_KEYS = 16, /* of one address and kind */
	SHELF_ID = 80,
	SHELF_STAMP = 96,
	SHELF_FILE = 1 << 20 /* bytes of one key */
};

enum shelf_trust { SHELF_HARVESTED, SHELF_DIRECTORY, SHELF_VERIFIED };

struct shelf_key {
	char id[SHELF_ID]; /* the file's name; "" for ADDRESS.pem */
	char *bytes; /* NULL: the file cannot be read */
	size_t len;
	char stamp[SHELF_STAMP]; /* changes whenever the file does */
	json_t *note; /* NULL: put there by hand */
	enum shelf_trust trust;
};

/* All keys of the address, into keys. folder is that of the store. 0 with
 * *count (also 0), or -1: the address can have none, or has too many. */
int shelf_keys(int folder, const char *kind, const char *address,
    struct shelf_key keys[SHELF_KEYS], size_t *count, struct reason *why);
void shelf_free(struct shelf_key *keys, size_t count);

/* What stands in ADDRESS.capabilities (certs/capability.h), freed by free();
 * NULL: nothing is known. */
char *shelf_capabilities(int folder, const char *address, size_t *len);

/* A trust by its word ("verified", "directory"); what is unknown is
 * harvested. */
enum shelf_trust shelf_trust(const char *word);

/* Its word. */
const char *shelf_trust_word(enum shelf_trust trust);

/* Puts a key under its address with its note: after 0 both are on stable
 * storage. Refused when SHELF_KEYS are there. */
int shelf_put(int folder, const char *kind, const char *address, const char *id,
    const char *bytes, size_t len, const json_t *note, struct reason *why);

/* Puts a key and its note, which names kind and address, into the corner
 * "pending" or "revoked". */
int shelf_aside(int folder, const char *corner, const char *id,
    const char *bytes, size_t len, const json_t *note, struct reason *why);

/* Reads a key out of a corner; *bytes is freed with free(), *note with
 * json_decref(). */
int shelf_from_aside(int folder, const char *corner, const char *id,
    char **bytes, size_t *len, json_t **note, struct reason *why);

/* Is the id in this corner? */
bool shelf_is_aside(int folder, const char *corner, const char *id);

/* Takes a key away: from its address (id "" is ADDRESS.pem), or from the
 * corner when address is NULL and kind is the corner's name. */
int shelf_remove(int folder, const char *kind, const char *address,
    const char *id, struct reason *why);

/* Calls each for every address of the kind, or every id of a corner, in no
 * order. */
int shelf_each(int folder, const char *kind,
    void (*each)(void *context, const char *name), void *context,
    struct reason *why);

#endif
