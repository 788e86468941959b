/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <nettle/aes.h>
#include <nettle/arcfour.h>
#include <nettle/cbc.h>
#include <nettle/md5.h>
#include <nettle/sha2.h>

#include "milter/mail/cipher.h"
#include "milter/mail/pdflock.h"
#include "milter/mail/pdftext.h"
#include "milter/base/banned.h"

enum {
	PASSWORD_MOST = 127,
	PAD = 32,
	KEY_MOST = 32,
	ROUNDS = 64,
	BLOCK = 4096, /* bytes decrypted at once */
	REPEAT = 64, /* ISO 32000-2, algorithm 2.B */
	BLOCKS = 200 /* of a try, and of each of the rounds of revision 6 */
};

struct pdflock {
	int revision;
	size_t key_size;
	enum method { NONE, RC4, AES, UNKNOWN } methods[PDFLOCK_COUNT];
	uint32_t permissions;
	bool metadata; /* is encrypted too */
	struct span owner, user, user_key, id;
	uint8_t key[KEY_MOST];
};

static const uint8_t padding[PAD] = { 0x28, 0xbf, 0x4e, 0x5e, 0x4e, 0x75, 0x8a,
	0x41, 0x64, 0x00, 0x4e, 0x56, 0xff, 0xfa, 0x01, 0x08, 0x2e, 0x2e, 0x00,
	0xb6, 0xd0, 0x68, 0x3e, 0x80, 0x2f, 0x0c, 0xa9, 0xfe, 0x64, 0x53, 0x69,
	0x7a };

static long
number(const char *line, const char *name, long other)
{
	const char *value = pdftext_value(line, name);

	return value == NULL ? other : strtol(value, NULL, 10);
}

/* Are all strings there, and as long as the revision has them? */
static bool
is_whole(const struct pdflock *l)
{
	if (l->revision < 2 || l->revision > 6 || l->user.len < PAD ||
	    l->owner.len < PAD)
		return false;
	for (int i = 0; i < PDFLOCK_COUNT; i++)
		if (l->methods[i] == UNKNOWN)
			return false;
	if (l->revision < 5)
		return l->key_size >= 5 && l->key_size <= 16;
	return l->user.len >= 48 && l->user_key.len >= 32;
}

/* The method of the crypt filter that is named behind key (7.6.5). */
static enum method
method_of(const char *line, const char *key)
{
	static const char *const names[] = { "/None ", "/V2 ", "/AESV" };
	const char *name = pdftext_value(line, key);
	const char *filters = pdftext_value(line, "/CF"), *cfm;
	char own[64];

	if (name == NULL || strncmp(name, "/Identity ", 10) == 0)
		return NONE;
	snprintf(own, sizeof own, "%.*s", (int)strcspn(name, " "), name);
	filters = filters == NULL ? NULL : pdftext_value(filters, own);
	cfm = filters == NULL ? NULL : pdftext_value(filters, "/CFM");
	for (int i = 0; cfm != NULL && i < 3; i++)
		if (strncmp(cfm, names[i], strlen(names[i])) == 0)
			return (enum method)i;
	return UNKNOWN;
}

static void
find_methods(struct pdflock *l, const char *line)
{
	static const char *const keys[] = { "/StmF", "/StrF", "/EFF" };

	for (int i = 0; i < PDFLOCK_COUNT; i++)
		l->methods[i] =
		    l->revision < 4 ? RC4 : method_of(line, keys[i]);
	if (pdftext_value(line, "/EFF") == NULL)
		l->methods[PDFLOCK_FILES] = l->methods[PDFLOCK_STREAMS];
}

struct pdflock *
pdflock_new(struct arena *a, struct span object, const char *line,
    struct span id)
{
	struct pdflock *l = arena_get(a, sizeof *l);
	long length = number(line, "/Length", 40);

	l->revision = (int)number(line, "/R", 0);
	l->permissions = (uint32_t)number(line, "/P", 0);
	l->metadata = strstr(line, "/EncryptMetadata false") == NULL;
	l->owner = pdftext_bytes(a, object, "/O");
	l->user = pdftext_bytes(a, object, "/U");
	l->user_key = pdftext_bytes(a, object, "/UE");
	l->id = id;
	find_methods(l, line);
	if (l->revision == 2)
		length = 40;
	if (l->revision >= 4) /* one crypt filter, of 128 or 256 bits */
		length = l->revision >= 5 ? 256 : 128;
	l->key_size = length < 0 || length > 256 ? 0 : (size_t)length / 8;
	return strstr(line, "/Filter /Standard") != NULL && is_whole(l) ? l
									: NULL;
}

/* Algorithm 2: the key from the password. */
static void
make_key(struct pdflock *l, struct span password)
{
	static const uint8_t all[] = { 0xff, 0xff, 0xff, 0xff };
	uint8_t p[4], digest[MD5_DIGEST_SIZE];
	struct span pieces[6] = { password, { padding, PAD - password.len },
		{ l->owner.at, PAD }, { p, sizeof p }, l->id,
		{ all, l->revision >= 4 && !l->metadata ? sizeof all : 0 } };

	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(l->permissions >> 8 * i);
	cipher_md5(pieces, 6, digest);
	pieces[0] = (struct span){ digest, l->key_size };
	for (int i = 0; l->revision >= 3 && i < 50; i++)
		cipher_md5(pieces, 1, digest);
	for (size_t i = 0; i < l->key_size; i++)
		l->key[i] = digest[i];
}

/* Algorithms 4 to 6: what the key makes of the padding. */
static bool
key_fits(const struct pdflock *l)
{
	uint8_t made[PAD], key[KEY_MOST];
	const struct span pieces[] = { { padding, PAD }, l->id };

	if (l->revision == 2) {
		cipher_rc4(l->key, l->key_size, pieces[0], made);
		return memcmp(made, l->user.at, PAD) == 0;
	}
	cipher_md5(pieces, 2, made);
	for (unsigned round = 0; round < 20; round++) {
		for (size_t i = 0; i < l->key_size; i++)
			key[i] = l->key[i] ^ (uint8_t)round;
		cipher_rc4(key, l->key_size, (struct span){ made, 16 }, made);
	}
	return memcmp(made, l->user.at, 16) == 0;
}

static void
sha(unsigned bits, struct span in, uint8_t *out)
{
	if (bits == 256)
		cipher_sha256(&in, 1, out);
	else if (bits == 384)
		cipher_sha384(&in, 1, out);
	else
		cipher_sha512(&in, 1, out);
}

static size_t
append(uint8_t *out, size_t at, struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		out[at + i] = s.at[i];
	return at + s.len;
}

/* Algorithm 2.B: revision 5 stops after the first hash. */
static void
hash_2b(const struct pdflock *l, struct span password, struct span salt,
    uint8_t *k)
{
	uint8_t one[PASSWORD_MOST + SHA512_DIGEST_SIZE];
	uint8_t many[REPEAT * sizeof one];
	struct aes128_ctx c;
	size_t len = append(one, 0, password), size = SHA256_DIGEST_SIZE;

	len = append(one, len, salt);
	sha(256, (struct span){ one, len }, k);
	for (int round = 0; l->revision >= 6; round++) {
		unsigned sum = 0;
		uint8_t iv[AES_BLOCK_SIZE];

		len = append(one, 0, password);
		len = append(one, len, (struct span){ k, size });
		for (size_t i = 0; i < REPEAT; i++)
			(void)append(many, i * len, (struct span){ one, len });
		aes128_set_encrypt_key(&c, k);
		(void)append(iv, 0, (struct span){ k + 16, sizeof iv });
		cbc_encrypt(&c, (nettle_cipher_func *)aes128_encrypt,
		    AES_BLOCK_SIZE, iv, REPEAT * len, many, many);
		for (int i = 0; i < 16; i++)
			sum += many[i];
		size = sum % 3 == 0 ? 32 : sum % 3 == 1 ? 48 : 64;
		sha((unsigned)size * 8, (struct span){ many, REPEAT * len }, k);
		if (round >= ROUNDS - 1 && many[REPEAT * len - 1] <= round - 31)
			return;
	}
}

/* Algorithm 11, and 2.A for the key. */
static bool
opens_256(struct pdflock *l, struct span password)
{
	static const uint8_t none[CIPHER_BLOCK] = { 0 };
	uint8_t k[SHA512_DIGEST_SIZE];

	hash_2b(l, password, (struct span){ l->user.at + 32, 8 }, k);
	if (memcmp(k, l->user.at, 32) != 0)
		return false;
	hash_2b(l, password, (struct span){ l->user.at + 40, 8 }, k);
	cipher_aes(k, 32, none, (struct span){ l->user_key.at, 32 }, l->key);
	return true;
}

uint32_t
pdflock_cost(const struct pdflock *l)
{
	return l->revision < 6 ? BLOCKS : 2 * ROUNDS * BLOCKS;
}

bool
pdflock_opens(struct pdflock *l, const char *password)
{
	struct span p = span_string(password);

	if (l->revision >= 5)
		return p.len <= PASSWORD_MOST && opens_256(l, p);
	if (p.len > PAD)
		p.len = PAD;
	make_key(l, p);
	return key_fits(l);
}

bool
pdflock_is_partial(const struct pdflock *l)
{
	return l->methods[PDFLOCK_STREAMS] == NONE ||
	       l->methods[PDFLOCK_STRINGS] == NONE;
}

bool
pdflock_files_differ(const struct pdflock *l)
{
	return l->methods[PDFLOCK_FILES] != l->methods[PDFLOCK_STREAMS];
}

/* With AES in a chain of blocks, the first of which is its start. False when
 * out is full. */
static bool
decrypt_aes(const uint8_t *key, size_t key_size, struct span in,
    struct buf *out)
{
	uint8_t block[BLOCK];
	bool room = true;

	while (room && in.len >= (size_t)2 * CIPHER_BLOCK) {
		struct span some = span_from(in, CIPHER_BLOCK);

		if (some.len > BLOCK)
			some.len = BLOCK;
		some.len -= some.len % CIPHER_BLOCK;
		cipher_aes(key, key_size, in.at, some, block);
		room = buf_add(out, block, some.len) == 0;
		in = span_from(in, some.len);
	}
	return room;
}

/* With RC4, which is a stream of its own for each object. */
static bool
decrypt_rc4(const uint8_t *key, size_t key_size, struct span in,
    struct buf *out)
{
	struct arcfour_ctx c;
	uint8_t block[BLOCK];
	bool room = true;

	arcfour_set_key(&c, key_size, key);
	for (; room && in.len > 0; in = span_from(in, BLOCK)) {
		size_t len = in.len > BLOCK ? BLOCK : in.len;

		arcfour_crypt(&c, len, block, in.at);
		room = buf_add(out, block, len) == 0;
	}
	return room;
}

bool
pdflock_decrypt(const struct pdflock *l, enum pdflock_of of, unsigned number_of,
    unsigned generation, struct span in, struct buf *out)
{
	bool aes = l->methods[of] == AES, room;
	uint8_t key[MD5_DIGEST_SIZE];
	const uint8_t more[] = { (uint8_t)number_of, (uint8_t)(number_of >> 8),
		(uint8_t)(number_of >> 16), (uint8_t)generation,
		(uint8_t)(generation >> 8), 's', 'A', 'l', 'T' };
	const struct span pieces[] = { { l->key, l->key_size },
		{ more, aes ? 9 : 5 } };
	size_t size = l->key_size + 5 > 16 ? 16 : l->key_size + 5;

	if (l->methods[of] == NONE)
		return buf_add(out, in.at, in.len) == 0;
	if (l->revision < 5)
		cipher_md5(pieces, 2, key);
	if (!aes)
		return decrypt_rc4(key, size, in, out);
	if (l->revision >= 5)
		room = decrypt_aes(l->key, AES256_KEY_SIZE, in, out);
	else
		room = decrypt_aes(key, sizeof key, in, out);
	/* The last block says how much of it is filling. */
	if (room && out->len > 0 && out->data[out->len - 1] <= AES_BLOCK_SIZE)
		out->len -= out->data[out->len - 1];
	return room;
}
