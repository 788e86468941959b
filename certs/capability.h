/* SPDX-License-Identifier: ISC */
#ifndef SKM_CERTS_CAPABILITY_H
#define SKM_CERTS_CAPABILITY_H

#include <openssl/x509.h>
#include <stddef.h>

#include "certs/profile.h"

/*
 * What the owner of a certificate has shown to read. What cannot be read here
 * shows nothing: then they are written to as one of whom nothing is known.
 */

/* Adds what the certificate itself says: its extension SMIMECapabilities (RFC
 * 4262). */
void capability_of(const X509 *cert, struct shown *shown);

/* Adds what stands in the file beside the certificate: names of algorithms
 * ("AES-256-GCM", "RSAES-OAEP" ...), blanks and line ends between, from # to
 * the end of its line for people. Other names show nothing. */
void capability_words(const char *text, size_t len, struct shown *shown);

#endif
