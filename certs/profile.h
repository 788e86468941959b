/* SPDX-License-Identifier: ISC */
#ifndef SKM_CERTS_PROFILE_H
#define SKM_CERTS_PROFILE_H

#include <stdbool.h>

#include "milter/base/reason.h"

/*
 * Which algorithms S/MIME is written with, for each recipient: what they have
 * shown to read, never under the operator's profile (encryption.md 5.8), and
 * never what certs/algorithms.def denies. Pure.
 *
 * interop: what most readers open, for whoever has shown nothing else.
 * Thunderbird and gpgsm open only RSAES-PKCS1-v1_5, which CRYPTREC lists for
 * interoperation (encryption.md 4(b)). cryptrec: what CRYPTREC recommends,
 * RSAES-OAEP for all. aead: AES-256-GCM, to those who have shown to read it
 * and to nobody else.
 */
enum profile { PROFILE_INTEROP, PROFILE_CRYPTREC, PROFILE_AEAD, PROFILES };

/* The ciphers that a content may have, in the order of preference. */
enum content {
	CONTENT_AES_256_GCM,
	CONTENT_AES_256_CBC,
	CONTENT_CAMELLIA_256_CBC,
	CONTENT_AES_128_CBC,
	CONTENTS
};

/* What somebody has shown to read. */
struct shown {
	bool oaep; /* RSAES-OAEP with SHA-256 */
	bool content[CONTENTS];
};

/* How one recipient is written to. */
struct way {
	enum content content;
	bool oaep; /* an RSA key: RSAES-OAEP, not RSAES-PKCS1-v1_5 */
};

/* 0 and *profile; -1: there is none of that name (setting smime_profile). */
int profile_named(const char *name, enum profile *profile, struct reason *why);

/* "AES-256-GCM". */
const char *profile_content(enum content content);

/* The way to a recipient on that day (20261231): rsa_bits is the length of an
 * RSA key, 0 for another. -1: there is none, and the reason is for the
 * sender. */
int profile_choose(enum profile profile, const struct shown *shown,
    int rsa_bits, int day, struct way *way, struct reason *why);

#endif
