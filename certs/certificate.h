/* SPDX-License-Identifier: ISC */
#ifndef SKM_CERTS_CERTIFICATE_H
#define SKM_CERTS_CERTIFICATE_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stdint.h>

#include "milter/base/reason.h"

/*
 * Is a certificate good enough to encrypt to? Reasons are for the sender of
 * the mail: what is wrong, in words, with the date.
 */
enum { CERTIFICATE_ID = 65 };

/* Right address, valid now, made for encryption, strong enough. */
int certificate_check(X509 *cert, const char *address, struct reason *why);

/* Does it name the address with the local part in the very same letters? The
 * domain has no case. */
bool certificate_is_exact(X509 *cert, const char *address);

/* Valid now, made for signing mail, with a key strong enough to sign. */
int certificate_signs(X509 *cert, struct reason *why);

/* Chains to one of the authorities; untrusted are those between. With
 * crl_grace >= 0 none of them may be in a revocation list of authorities; a
 * list counts until so many seconds after its nextUpdate, and ended ones
 * refuse what they are about. An authority without a list is not asked. */
int certificate_chain(X509 *cert, X509_STORE *authorities,
    STACK_OF(X509) * untrusted, int64_t crl_grace, struct reason *why);

/* Its SHA-256 fingerprint, hex. */
void certificate_id(const X509 *cert, char id[CERTIFICATE_ID]);

/* Its last day, "2026-10-31". */
void certificate_until(const X509 *cert, char day[16]);

/* Its first mail address in lower case, freed with free(); or NULL. */
char *certificate_address(X509 *cert);

#endif
