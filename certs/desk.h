/* SPDX-License-Identifier: ISC */
#ifndef SKM_CERTS_DESK_H
#define SKM_CERTS_DESK_H

#include <stdbool.h>

#include "certs/openpgp.h"
#include "certs/shelf.h"
#include "certs/store.h"

/*
 * What the verbs of `sekimorictl certs` share (certs/commands.h): the store,
 * how a key is told of, and the words for it. Every line is about one key.
 */
struct desk {
	struct store *store;
	struct openpgp *openpgp;
	const char *actor; /* who typed it */
	bool json;
	size_t usable; /* how many of those told of can be used */
	const char *file; /* the file that is imported now */
	const char *wanted, *password, *reason; /* options or NULL */
	bool own, directory;
	size_t taken, refused, waiting;
};

/* One key, in words. */
struct desk_key {
	const char *address, *kind;
	char id[SHELF_ID];
	char from[16], until[16]; /* "2026-10-31"; "always" */
	long long ends; /* seconds since 1970; 0: never */
};

/* Fills all but the address. */
void desk_certificate(struct desk_key *k, X509 *cert);
void desk_openpgp(struct desk_key *k, gpgme_key_t key);

/* What the key of this file is, usable or not: fills k but for the address;
 * -1: it cannot be read. */
int desk_read(struct desk *d, const char *kind, const struct shelf_key *file,
    struct desk_key *k);

/* Can the key of this file, which k tells of, be used for k's address? 0, or
 * -1 and why not. */
int desk_check(struct desk *d, const struct shelf_key *file,
    const struct desk_key *k, struct reason *why);

/* Prints one line: as JSON with all that is known, or for people. result is
 * what was done with it ("taken"), or NULL in a list; problem is why it cannot
 * be used or was not taken, or "". note may be NULL. */
void desk_tell(struct desk *d, const struct desk_key *k, const char *result,
    const char *problem, const json_t *note);

/* The note of a key that is put away now; released by the caller. */
json_t *desk_note(const struct desk *d, const struct desk_key *k,
    const char *source, enum shelf_trust trust);

/* The verbs that take and leave keys; they return an exit status. */
int desk_import(struct desk *d, int argc, char **argv, struct reason *why);
int desk_pending(struct desk *d, int argc, char **argv, struct reason *why);
int desk_approve(struct desk *d, int argc, char **argv, struct reason *why);
int desk_revoke(struct desk *d, int argc, char **argv, struct reason *why);
int desk_expiring(struct desk *d, int argc, char **argv, struct reason *why);

#endif
