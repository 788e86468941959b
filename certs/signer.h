/* SPDX-License-Identifier: ISC */
#ifndef SKM_CERTS_SIGNER_H
#define SKM_CERTS_SIGNER_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>

#include "certs/seal.h"
#include "certs/store.h"
#include "milter/base/reason.h"

/*
 * Who signs for whom: the certificates of offices and departments, chosen by
 * the envelope sender and by the user who proved to be it, never by a header
 * (encryption.md 5.5). The private keys are read by the seal server alone.
 *
 *	signers          a line each: SENDER USER NAME; the first that fits
 *	sign/NAME.pem    the certificate, then those up to the authority
 *	sign/NAME.key    its private key (PEM), not to be read by others
 *
 * SENDER is an address or @DOMAIN. USER is the authenticated user, or = for
 * one whose name is the sender's address or what stands before its @, or * for
 * any. Who did not authenticate gets no signature.
 */
struct signer {
	X509 *cert;
	STACK_OF(X509) * chain;
	EVP_PKEY *key;
};

enum { SIGNER_NAME = 64 };

/* Looks in the text of such a list: 1 and name, 0 when no line fits, or -1: a
 * line is none, and then nobody can be sure who signs. Pure. */
int signer_find(const char *list, const char *sender, const char *user,
    char name[SIGNER_NAME], struct reason *why);

/* The signer for the two, closed by signer_close(). 0 with *signer NULL:
 * nobody is to sign. -1: someone is, and cannot (expired, no key ...). */
int signer_open(struct store *s, const char *sender, const char *user,
    struct signer **signer, struct reason *why);
void signer_close(struct signer **signer);

/* A memfd with a multipart/signed entity (RFC 8551, 3.5.3) around the entity
 * in the memfd inner, whose line ends are CRLF then; pss: an RSA key signs by
 * RSASSA-PSS, not by PKCS#1 v1.5. -1 and why. The signature was verified. */
int signer_sign(const struct signer *signer, bool pss, int inner,
    struct seal_used *used, struct reason *why);

#endif
