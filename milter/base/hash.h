/* SPDX-License-Identifier: ISC */
#ifndef SKM_BASE_HASH_H
#define SKM_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>

#include "milter/base/reason.h"

/*
 * SHA-256 (FIPS 180-4), HMAC-SHA-256 (RFC 2104) and random bytes, by nettle:
 * it uses the processor's SHA instructions and has no state of its own, so it
 * is as good in a thread of sekimorid as in a sandboxed child.
 */
enum { HASH_BYTES = 32, HASH_HEX = 65 };

/* The SHA-256 of len bytes. */
void hash_bytes(const void *bytes, size_t len, uint8_t digest[HASH_BYTES]);

/* The SHA-256 of a file or memfd from its first byte to its last. */
int hash_fd(int fd, uint8_t digest[HASH_BYTES], struct reason *why);

/* HMAC-SHA-256 of len bytes under key. */
void hash_mac(const uint8_t *key, size_t keylen, const void *bytes,
    size_t len, uint8_t digest[HASH_BYTES]);

/* Lower-case hex with its NUL. */
void hash_hex(const uint8_t digest[HASH_BYTES], char hex[HASH_HEX]);

/* Reads 64 hex digits; false when s is anything else. */
bool hash_unhex(const char *s, uint8_t digest[HASH_BYTES]);

/* Are two digests equal? Takes the same time whatever they hold. */
bool hash_equal(const uint8_t a[HASH_BYTES], const uint8_t b[HASH_BYTES]);

/* Fills bytes from getrandom(2); ends the process if the kernel has none. */
void hash_random(void *bytes, size_t len);

#endif
