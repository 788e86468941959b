/* SPDX-License-Identifier: ISC */
#ifndef SKM_CERTS_VERIFY_SMIME_H
#define SKM_CERTS_VERIFY_SMIME_H

#include "certs/signed.h"
#include "certs/store.h"
#include "certs/verified.h"

/*
 * A signature of S/MIME (RFC 8551) by OpenSSL's CMS.
 *
 * Exactly one signer, and a detached signature has no content of its own: CMS
 * allows more, and readers then disagree about who signed what ("Johnny, you
 * are fired", attacks C1 to C3).
 *
 * States what the signature of m is worth in v. entity becomes the signed
 * entity: m->content, or what was inside of the signature. authorities are
 * those who may vouch; a certificate that the store has for this address needs
 * nobody else to.
 */
void verify_smime(const struct signed_mail *m, struct store *store,
    X509_STORE *authorities, struct verified *v, struct span *entity);

/* The authorities of certs_dir/ca, freed by X509_STORE_free(); NULL and why. */
X509_STORE *verify_authorities(const char *certs_dir, struct reason *why);

#endif
