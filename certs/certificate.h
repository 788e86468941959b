/* SPDX-License-Identifier: ISC */
#ifndef SKM_CERTS_CERTIFICATE_H
#define SKM_CERTS_CERTIFICATE_H

#include <openssl/x509.h>

#include "milter/base/reason.h"

/*
 * Is a certificate good enough to encrypt to? Reasons are for the sender of
 * the mail: what is wrong, in words, with the date.
 */
enum { CERTIFICATE_ID = 65 };

/* Right address, valid now, made for encryption, strong enough. */
int certificate_check(X509 *cert, const char *address, struct reason *why);

/* Valid now, made for signing mail, with a key strong enough to sign. */
int certificate_signs(X509 *cert, struct reason *why);

/* Chains to one of the authorities; untrusted are those between. */
int certificate_chain(X509 *cert, X509_STORE *authorities,
    STACK_OF(X509) * untrusted, struct reason *why);

/* Its SHA-256 fingerprint, hex. */
void certificate_id(const X509 *cert, char id[CERTIFICATE_ID]);

/* Its last day, "2026-10-31". */
void certificate_until(const X509 *cert, char day[16]);

/* Its first mail address in lower case, freed with free(); or NULL. */
char *certificate_address(X509 *cert);

#endif
