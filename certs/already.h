/* SPDX-License-Identifier: ISC */
#ifndef SKM_CERTS_ALREADY_H
#define SKM_CERTS_ALREADY_H

#include <openssl/x509.h>
#include <stdbool.h>

#include "certs/seal.h"

/*
 * A message that its sender has encrypted already, end to end.
 *
 * That is decided by parsing the CMS object or the OpenPGP packets to their
 * end, never by what a header says or what the text looks like: programs that
 * believed a marker let clear text out (encryption.md, L3). Signed is not
 * encrypted. What is not surely whole is none, and is sealed like any other.
 */
struct already;

/* Reads the message (a memfd); NULL: it is none. already_free() frees. */
struct already *already_read(int message);

/* How it is encrypted. */
enum seal_method already_method(const struct already *a);

/* By which content cipher, as far as it can be seen; until already_free(). */
const char *already_algorithm(const struct already *a);

/* Can the owner of the certificate open it? */
bool already_for_certificate(const struct already *a, X509 *cert);

/* Can the owner of the OpenPGP (sub)key with this fingerprint (hex)? */
bool already_for_key(const struct already *a, const char *fingerprint);

/* Frees *a and sets it to NULL; *a may be NULL. */
void already_free(struct already **a);

#endif
