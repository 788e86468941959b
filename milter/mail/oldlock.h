/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_OLDLOCK_H
#define SKM_MAIL_OLDLOCK_H

#include "milter/mail/reading.h"

/*
 * Documents of Office 97 to 2003 with a password: RC4 of 40 bits, RC4 CryptoAPI
 * and XOR obfuscation (MS-OFFCRYPTO 2.3.5 to 2.3.7).
 */
struct oldlock;

/* The lock of RC4 that this header describes (MS-OFFCRYPTO 2.3.5.1, 2.3.6.1),
 * whose key changes every so many bytes of a stream; NULL if it is of no kind
 * that is known here. In the arena. */
struct oldlock *
oldlock_rc4(struct arena *a, struct span header, uint32_t every);

/* XOR obfuscation with a verifier of two halves (MS-OFFCRYPTO 2.3.7). In the
 * arena, as what decrypts gives. */
struct oldlock *oldlock_xor(struct arena *a, uint32_t verifier);

/* Does the password (UTF-8) open it? unlock_spend() allows it or not. */
bool
oldlock_opens(struct reading *r, struct oldlock *lock, const char *password);

/* The workbook without encryption: what stands in its records in clear stays
 * as it is (MS-XLS 2.2.10). */
struct span oldlock_workbook(const struct oldlock *lock, struct arena *a,
    struct span stream);

/* A stream of Word's, of which the first clear bytes are not encrypted (MS-DOC
 * 2.2.6). */
struct span oldlock_stream(const struct oldlock *lock, struct arena *a,
    struct span stream, size_t clear);

/* An object of a presentation, with its number (MS-PPT 2.3.7). */
struct span oldlock_object(const struct oldlock *lock, struct arena *a,
    struct span object, uint32_t number);

#endif
