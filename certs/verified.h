/* SPDX-License-Identifier: ISC */
#ifndef SKM_CERTS_VERIFIED_H
#define SKM_CERTS_VERIFIED_H

/*
 * What a signature turned out to be worth. The states are in order: what is
 * stated stays unless something worse is found, so that no later test can
 * make a bad signature better.
 */
enum verified_state {
	VERIFIED_GOOD,
	VERIFIED_OTHER, /* right, but by another than the author */
	VERIFIED_UNKNOWN, /* right, but nobody known vouches for the signer */
	VERIFIED_EXPIRED, /* expired or revoked: signature, certificate, key */
	VERIFIED_WEAK, /* an algorithm or key that can be forged */
	VERIFIED_UNCHECKED, /* not verified: no key, too large, a failure */
	VERIFIED_UNCLEAR, /* not over all that a reader sees */
	VERIFIED_BAD /* the content is not what was signed */
};

enum { VERIFIED_SIGNER = 256, VERIFIED_TEXT = 200 };

struct verified {
	enum verified_state state;
	const char *method; /* "smime", "x-openpgp" */
	int part; /* where the signature is, counted as RFC 3501 does */
	char signer[VERIFIED_SIGNER]; /* the address that the certificate or
				       * key names, or "" */
	char how[VERIFIED_TEXT]; /* key and digest, who vouches */
	char why[VERIFIED_TEXT]; /* of the state, unless it is good */
};

/* States something of the signature; the worst stays, and of several equal
 * ones the first. why as by printf. */
void verified_is(struct verified *v, enum verified_state state, const char *why,
    ...) __attribute__((format(printf, 3, 4)));

#endif
