/* SPDX-License-Identifier: ISC */
#ifndef SKM_CERTS_VERIFY_OPENPGP_H
#define SKM_CERTS_VERIFY_OPENPGP_H

#include "certs/signed.h"
#include "certs/store.h"
#include "certs/verified.h"

/*
 * A signature of OpenPGP (RFC 3156) by GPGME: one detached signature, checked
 * with the author's key of the store and no other, in a keyring that holds
 * nothing else.
 */
struct verify_openpgp;

/* gpg's homes are made in folder; NULL and why. */
struct verify_openpgp *
verify_openpgp_new(const char *folder, struct reason *why);

/* States what the signature of m is worth in v. */
void verify_openpgp(struct verify_openpgp *o, const struct signed_mail *m,
    struct store *store, struct verified *v);

#endif
