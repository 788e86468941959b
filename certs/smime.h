/* SPDX-License-Identifier: ISC */
#ifndef SKM_CERTS_SMIME_H
#define SKM_CERTS_SMIME_H

#include <openssl/x509.h>
#include <stddef.h>

#include "milter/base/reason.h"

/*
 * S/MIME (RFC 8551) by OpenSSL's CMS: EnvelopedData with AES-256-CBC, which
 * most readers open; the key by RSA-OAEP with SHA-256 or by ECDH with its
 * SHA-256 key derivation (CRYPTREC's recommended list; OpenSSL's own defaults
 * are SHA-1).
 */

/* What is written: name of the content cipher. */
extern const char smime_algorithm[];

/* Encrypts the entity in the memfd inner for all count certificates and
 * writes the fields and body of the sealed message to the end of out. What is
 * written was read again to its end. */
int smime_seal(X509 *const *certs, size_t count, int inner, int out,
    struct reason *why);

#endif
