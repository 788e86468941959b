/* SPDX-License-Identifier: ISC */
#include <nettle/aes.h>
#include <nettle/arcfour.h>
#include <nettle/cbc.h>
#include <nettle/md5.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>
#include <unicode/ustring.h>

#include "milter/mail/cipher.h"
#include "milter/base/banned.h"

void
cipher_aes(const uint8_t *key, size_t key_size, const uint8_t *iv,
    struct span in, uint8_t *out)
{
	struct aes256_ctx c256;
	struct aes192_ctx c192;
	struct aes128_ctx c128;
	nettle_cipher_func *cipher;
	uint8_t chain[AES_BLOCK_SIZE];
	const void *c;

	if (key_size == AES256_KEY_SIZE) {
		aes256_set_decrypt_key(&c256, key);
		c = &c256, cipher = (nettle_cipher_func *)aes256_decrypt;
	} else if (key_size == AES192_KEY_SIZE) {
		aes192_set_decrypt_key(&c192, key);
		c = &c192, cipher = (nettle_cipher_func *)aes192_decrypt;
	} else {
		aes128_set_decrypt_key(&c128, key);
		c = &c128, cipher = (nettle_cipher_func *)aes128_decrypt;
	}
	in.len -= in.len % AES_BLOCK_SIZE;
	if (iv == NULL) {
		cipher(c, in.len, out, in.at);
		return;
	}
	for (size_t i = 0; i < sizeof chain; i++)
		chain[i] = iv[i];
	cbc_decrypt(c, cipher, AES_BLOCK_SIZE, chain, in.len, out, in.at);
}

void
cipher_rc4(const uint8_t *key, size_t key_size, struct span in, uint8_t *out)
{
	struct arcfour_ctx c;

	arcfour_set_key(&c, key_size, key);
	arcfour_crypt(&c, in.len, out, in.at);
}

#define DIGEST(name, SIZE) \
	void cipher_##name(const struct span *pieces, size_t count, \
	    uint8_t *out) \
	{ \
		struct name##_ctx c; \
\
		name##_init(&c); \
		for (size_t i = 0; i < count; i++) \
			name##_update(&c, pieces[i].len, pieces[i].at); \
		name##_digest(&c, SIZE, out); \
	}
DIGEST(md5, MD5_DIGEST_SIZE)
DIGEST(sha1, SHA1_DIGEST_SIZE)
DIGEST(sha256, SHA256_DIGEST_SIZE)
DIGEST(sha384, SHA384_DIGEST_SIZE)
DIGEST(sha512, SHA512_DIGEST_SIZE)

struct span
cipher_wide(const char *password, uint8_t out[CIPHER_WIDE_MOST])
{
	UChar wide[CIPHER_WIDE_MOST / 2 + 1];
	UErrorCode error = U_ZERO_ERROR;
	int32_t len;

	u_strFromUTF8(wide, CIPHER_WIDE_MOST / 2, &len, password, -1, &error);
	if (U_FAILURE(error) || len > CIPHER_WIDE_MOST / 2)
		return (struct span){ NULL, 0 };
	for (int32_t i = 0; i < len; i++) {
		out[2 * i] = (uint8_t)wide[i];
		out[2 * i + 1] = (uint8_t)(wide[i] >> 8);
	}
	return (struct span){ out, 2 * (size_t)len };
}

void
cipher_little(uint32_t n, uint8_t out[4])
{
	for (int i = 0; i < 4; i++)
		out[i] = (uint8_t)(n >> 8 * i);
}
