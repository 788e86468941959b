/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_CIPHER_H
#define SKM_MAIL_CIPHER_H

#include <stdint.h>

#include "milter/mail/span.h"

/*
 * The ciphers and hashes that formats lock files with, by nettle. Keys come
 * from files, so that those which are no longer safe are here too.
 */
enum {
	CIPHER_KEY_MOST = 32,
	CIPHER_BLOCK = 16,
	CIPHER_WIDE_MOST = 2 * 255 /* bytes of the longest password of Office */
};

/* Decrypts the whole blocks of in by AES with a key of 16, 24 or 32 bytes; iv
 * NULL: each on its own (ECB), else chained (CBC). out may be in. */
void cipher_aes(const uint8_t *key, size_t key_size, const uint8_t *iv,
    struct span in, uint8_t *out);

/* Decrypts by RC4 (ARCFOUR); out may be in. */
void
cipher_rc4(const uint8_t *key, size_t key_size, struct span in, uint8_t *out);

/* Digests of the pieces, one behind the other. out may lie in a piece. */
void cipher_md5(const struct span *pieces, size_t count, uint8_t *out);
void cipher_sha1(const struct span *pieces, size_t count, uint8_t *out);
void cipher_sha256(const struct span *pieces, size_t count, uint8_t *out);
void cipher_sha384(const struct span *pieces, size_t count, uint8_t *out);
void cipher_sha512(const struct span *pieces, size_t count, uint8_t *out);

/* A password (UTF-8) as UTF-16 in out; empty when it is longer than Office
 * allows, or broken. */
struct span cipher_wide(const char *password, uint8_t out[CIPHER_WIDE_MOST]);

/* n as its four bytes, little end first. */
void cipher_little(uint32_t n, uint8_t out[4]);

#endif
