/* SPDX-License-Identifier: ISC */
#ifndef SKM_CERTS_ENVELOPED_H
#define SKM_CERTS_ENVELOPED_H

#include <openssl/x509.h>
#include <stdbool.h>

#include "milter/mail/span.h"

/*
 * EnvelopedData and AuthEnvelopedData (RFC 5652, RFC 5083) of others: for whom
 * it is, and by which cipher.
 */
struct enveloped;

/* Reads it; NULL unless the bytes are exactly one, for certificates only (a
 * password opens nothing here), by a cipher over the floor, with nothing in
 * clear beside the encrypted content. enveloped_free() frees. */
struct enveloped *enveloped_read(struct span der);

/* The content cipher, "AES-256-CBC". */
const char *enveloped_algorithm(const struct enveloped *e);

/* Is the owner of the certificate among those who can open it? */
bool enveloped_for(const struct enveloped *e, X509 *cert);

/* The encrypted content. */
struct span enveloped_content(const struct enveloped *e);

/* Frees *e and sets it to NULL; *e may be NULL. */
void enveloped_free(struct enveloped **e);

#endif
