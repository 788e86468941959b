/* SPDX-License-Identifier: ISC */
#ifndef SKM_CERTS_OPENPGP_H
#define SKM_CERTS_OPENPGP_H

#include <gpgme.h>
#include <stddef.h>

#include "certs/seal.h"
#include "certs/store.h"
#include "milter/base/reason.h"

/*
 * OpenPGP (RFC 3156) by GPGME, with a home of its own that holds nothing but
 * the keys of the store that were used. gpg encrypts for all or for none: any
 * doubt is an error, and its output is discarded then.
 */
struct openpgp;

/* Makes gpg's home in folder (which must be there and empty of one). */
struct openpgp *openpgp_new(const char *folder, struct reason *why);
void openpgp_free(struct openpgp **o);

/* The usable key of address in the store: right address, valid, with an
 * encryption subkey that is strong enough. NULL with the reason for the
 * sender in why. Freed by gpgme_key_unref(); o keeps one too, while the file
 * is the same. */
gpgme_key_t openpgp_key(struct openpgp *o, struct store *store,
    const char *address, struct reason *why);

/* Reads the only key of an armoured file without the store: its key (freed by
 * gpgme_key_unref()), checked for address unless that is NULL. */
gpgme_key_t openpgp_read(struct openpgp *o, const char *armoured, size_t len,
    const char *address, struct reason *why);

/* As openpgp_read(), but unchecked: to tell of a key, never to use it. */
gpgme_key_t openpgp_any(struct openpgp *o, const char *armoured, size_t len,
    struct reason *why);

/* The context of gpg, for what takes keys apart; owned by o. */
gpgme_ctx_t openpgp_context(struct openpgp *o);

/* Encrypts the entity in the memfd inner for keys (NULL behind the last) and
 * writes the fields and body of the sealed message to the end of out.
 * used: the cipher that gpg says it used, and what its packets tell. */
int openpgp_seal(struct openpgp *o, gpgme_key_t *keys, int inner, int out,
    struct seal_used *used, struct reason *why);

#endif
