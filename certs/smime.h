/* SPDX-License-Identifier: ISC */
#ifndef SKM_CERTS_SMIME_H
#define SKM_CERTS_SMIME_H

#include <openssl/x509.h>
#include <stddef.h>

#include "certs/profile.h"
#include "certs/seal.h"
#include "milter/base/reason.h"

/*
 * S/MIME (RFC 8551) by OpenSSL's CMS: EnvelopedData, or AuthEnvelopedData with
 * GCM. The key of the content goes by RSAES-PKCS1-v1_5 or RSAES-OAEP with
 * SHA-256, or by ECDH with its SHA-256 key derivation: OpenSSL's own defaults
 * are SHA-1.
 */

/* For whom, and how the key is sent. */
struct smime_to {
	X509 *cert; /* not owned */
	struct way way; /* its content counts for all: that of the first */
};

/* Encrypts the entity in the memfd inner for all count recipients and writes
 * the fields and body of the sealed message to the end of out. What is written
 * was read again to its end; used says what with. */
int smime_seal(const struct smime_to *to, size_t count, int inner, int out,
    struct seal_used *used, struct reason *why);

#endif
