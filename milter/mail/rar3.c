/* SPDX-License-Identifier: ISC */
#include <string.h>
#include <nettle/sha1.h>
#include <zlib.h>

#include "milter/mail/mapi.h"
#include "milter/mail/rarblock.h"
#include "milter/mail/unlock.h"
#include "milter/base/banned.h"

enum {
	MAIN = 0x73,
	FILE_BLOCK = 0x74,
	END = 0x7b,
	TYPE_LEAST = 0x72,
	HAS_DATA = 0x8000,
	SEALED = 0x0080, /* of the main header's flags */
	ENCRYPTED = 0x0004, /* of a file's flags */
	LARGE = 0x0100, /* sizes of 64 bits */
	SALTED = 0x0400,
	TIMES = 0x1000,
	BEGIN = 7, /* checksum, type, flags, size */
	FIXED = 32, /* with the fields of a file */
	SALT = 8,
	VERSION_LEAST = 29, /* older ones are encrypted in other ways */
	STORED = 0x30,
	ROUNDS = 1 << 18,
	PASSWORD_MOST = 28, /* letters; WinRAR hashes longer ones otherwise */
	BLOCK = 64 /* bytes that are hashed at once */
};

static unsigned
number_at(struct span s, size_t at, size_t bytes)
{
	struct span there = span_from(s, at);

	return (unsigned)mapi_number(&there, bytes);
}

static bool
take(struct span *s, uint64_t len, struct span *out)
{
	if (len > s->len)
		return false;
	*out = (struct span){ s->at, (size_t)len };
	*s = span_from(*s, (size_t)len);
	return true;
}

static bool
is_header(struct span s)
{
	return s.len >= BEGIN && number_at(s, 5, 2) >= BEGIN &&
	       s.at[2] >= TYPE_LEAST && s.at[2] <= END;
}

/* Decrypts the header that *s begins with. */
static bool
take_sealed(struct arena *a, struct span *s, const struct rar_key *key,
    struct span *raw)
{
	struct span first = { s->at, CIPHER_BLOCK }, sealed;
	uint8_t begin[CIPHER_BLOCK], *plain;
	size_t size;

	if (s->len < CIPHER_BLOCK)
		return false;
	cipher_aes(key->key, 16, key->iv, first, begin);
	if (!is_header((struct span){ begin, sizeof begin }))
		return false;
	size = number_at((struct span){ begin, sizeof begin }, 5, 2);
	if (!take(s, (size + CIPHER_BLOCK - 1) / CIPHER_BLOCK * CIPHER_BLOCK,
		&sealed))
		return false;
	plain = arena_get(a, sealed.len);
	cipher_aes(key->key, 16, key->iv, sealed, plain);
	*raw = (struct span){ plain, size };
	return true;
}

static bool
take_header(struct arena *a, struct span *s, const struct rar_key *key,
    struct span *raw)
{
	if (key != NULL) {
		if (!take_sealed(a, s, key, raw))
			return false;
	} else if (!is_header(*s) || !take(s, number_at(*s, 5, 2), raw)) {
		return false;
	}
	return (crc32_z(0, raw->at + 2, raw->len - 2) & 0xffff) ==
	       number_at(*raw, 0, 2);
}

static bool
read_file(struct span raw, struct rar_block *b)
{
	unsigned flags = number_at(raw, 3, 2);
	struct span s = span_from(raw, FIXED);

	if (raw.len < FIXED)
		return false;
	b->kind = RAR_FILE;
	b->encrypted = flags & ENCRYPTED;
	b->size = number_at(raw, 11, 4);
	b->crc = number_at(raw, 16, 4);
	b->stored = raw.at[25] == STORED;
	if (flags & LARGE) {
		b->size |= (uint64_t)number_at(s, 4, 4) << 32;
		s = span_from(s, 8);
	}
	if (!take(&s, number_at(raw, 26, 2), &b->name))
		return false;
	b->name.len = span_find(b->name, 0); /* behind it: the same otherwise */
	if (flags & SALTED)
		(void)take(&s, SALT, &b->salt);
	b->known = raw.at[24] >= VERSION_LEAST;
	return true;
}

static bool
read_block(struct arena *a, struct span *s, const struct rar_key *key,
    struct rar_block *b)
{
	uint64_t data = 0;
	unsigned flags, type;

	if (!take_header(a, s, key, &b->raw))
		return false;
	flags = number_at(b->raw, 3, 2);
	type = b->raw.at[2];
	if ((flags & HAS_DATA) || type == FILE_BLOCK)
		data = number_at(b->raw, BEGIN, 4);
	if (type == FILE_BLOCK && (flags & LARGE))
		data |= (uint64_t)number_at(b->raw, FIXED, 4) << 32;
	if (!take(s, data, &b->data))
		return false;
	if (type == MAIN) {
		b->kind = flags & SEALED ? RAR_SEAL : RAR_MAIN;
		b->known = true;
	} else if (type == END) {
		b->kind = RAR_END;
	}
	return type != FILE_BLOCK || read_file(b->raw, b);
}

/* SHA-1 of password, salt and a number, again and again; sixteen times on the
 * way a byte of the first block to be chained falls off. */
static bool
make_key(struct reading *r, struct rar_key *k)
{
	uint8_t round[CIPHER_WIDE_MOST + SALT + 3], digest[SHA1_DIGEST_SIZE];
	struct span wide = cipher_wide(k->password, round);
	size_t len = wide.len;
	struct sha1_ctx c, now;

	if (len > 2 * PASSWORD_MOST ||
	    !unlock_spend(r, ROUNDS * (len + SALT + 3) / BLOCK))
		return false;
	for (size_t i = 0; i < k->salt.len; i++)
		round[len++] = k->salt.at[i];
	sha1_init(&c);
	for (uint32_t i = 0; i < ROUNDS; i++) {
		for (int b = 0; b < 3; b++)
			round[len + (size_t)b] = (uint8_t)(i >> 8 * b);
		sha1_update(&c, len + 3, round);
		if (i % (ROUNDS / CIPHER_BLOCK) == 0) {
			now = c;
			sha1_digest(&now, sizeof digest, digest);
			k->iv[i / (ROUNDS / CIPHER_BLOCK)] = digest[19];
		}
	}
	sha1_digest(&c, sizeof digest, digest);
	for (size_t i = 0; i < CIPHER_BLOCK; i++)
		k->key[i] = digest[i / 4 * 4 + 3 - i % 4];
	return true;
}

static void
put(uint8_t *at, uint64_t n, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		at[i] = (uint8_t)(n >> 8 * i);
}

/* Sets the checksum and size of a header, and adds it. */
static void
put_header(struct buf *out, uint8_t *header, size_t len)
{
	put(header + 5, len, 2);
	put(header, crc32_z(0, header + 2, len - 2) & 0xffff, 2);
	(void)buf_add(out, header, len);
}

static void
write_file(struct buf *out, const struct rar_block *b, struct span data)
{
	uint8_t header[UINT16_MAX];
	size_t len = FIXED + number_at(b->raw, 26, 2);
	unsigned flags = number_at(b->raw, 3, 2);

	if (flags & LARGE)
		len += 8;
	if (len > b->raw.len || len > sizeof header)
		return;
	for (size_t i = 0; i < len; i++)
		header[i] = b->raw.at[i];
	put(header + 3, flags & ~(unsigned)(ENCRYPTED | SALTED | TIMES), 2);
	put(header + BEGIN, data.len, 4);
	if (flags & LARGE)
		put(header + FIXED, (uint64_t)data.len >> 32, 4);
	put_header(out, header, len);
	(void)buf_add(out, data.at, data.len);
}

static void
write_main(struct buf *out, const struct rar_block *b)
{
	uint8_t header[BEGIN + 6] = { 0, 0, MAIN };

	put(header + 3, number_at(b->raw, 3, 2) & ~(unsigned)SEALED, 2);
	put_header(out, header, sizeof header);
}

static void
write_end(struct buf *out)
{
	uint8_t header[BEGIN] = { 0, 0, END, 0, 0x40 };

	put_header(out, header, sizeof header);
}

const struct rar_format rar3 = {
	.magic = { (const unsigned char *)"Rar!\032\007", 7 },
	.read = read_block,
	.make_key = make_key,
	.write = write_file,
	.write_main = write_main,
	.write_end = write_end,
	.key_size = 16,
	.salted_headers = true,
};
