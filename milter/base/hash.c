/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include <nettle/hmac.h>
#include <nettle/memops.h>
#include <nettle/sha2.h>

#include "milter/base/hash.h"
#include "milter/base/banned.h"

void
hash_bytes(const void *bytes, size_t len, uint8_t digest[HASH_BYTES])
{
	struct sha256_ctx sha;

	sha256_init(&sha);
	sha256_update(&sha, len, bytes);
	sha256_digest(&sha, HASH_BYTES, digest);
}

int
hash_fd(int fd, uint8_t digest[HASH_BYTES], struct reason *why)
{
	struct sha256_ctx sha;
	uint8_t bytes[32768];
	off_t at = 0;
	ssize_t n;

	sha256_init(&sha);
	/* pread: the descriptor's position is shared with other processes. */
	while ((n = pread(fd, bytes, sizeof bytes, at)) != 0) {
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return reason_errno(why, "cannot read what to hash");
		sha256_update(&sha, (size_t)n, bytes);
		at += n;
	}
	sha256_digest(&sha, HASH_BYTES, digest);
	return 0;
}

void
hash_mac(const uint8_t *key, size_t keylen, const void *bytes, size_t len,
    uint8_t digest[HASH_BYTES])
{
	struct hmac_sha256_ctx mac;

	hmac_sha256_set_key(&mac, keylen, key);
	hmac_sha256_update(&mac, len, bytes);
	hmac_sha256_digest(&mac, HASH_BYTES, digest);
	explicit_bzero(&mac, sizeof mac);
}

void
hash_hex(const uint8_t digest[HASH_BYTES], char hex[HASH_HEX])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < HASH_BYTES; i++) {
		hex[2 * i] = digits[digest[i] >> 4];
		hex[2 * i + 1] = digits[digest[i] & 15];
	}
	hex[HASH_HEX - 1] = '\0';
}

static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool
hash_unhex(const char *s, uint8_t digest[HASH_BYTES])
{
	if (strlen(s) != HASH_HEX - 1)
		return false;
	for (size_t i = 0; i < HASH_BYTES; i++) {
		int high = digit(s[2 * i]), low = digit(s[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		digest[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

bool
hash_equal(const uint8_t a[HASH_BYTES], const uint8_t b[HASH_BYTES])
{
	return memeql_sec(a, b, HASH_BYTES);
}

void
hash_random(void *bytes, size_t len)
{
	unsigned char *to = bytes;

	while (len > 0) {
		ssize_t n = getrandom(to, len, 0);

		if (n == -1 && errno == EINTR)
			continue;
		/* A key or token that can be guessed is worse than none. */
		if (n == -1)
			abort();
		to += n;
		len -= (size_t)n;
	}
}
