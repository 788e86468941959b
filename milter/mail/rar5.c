/* SPDX-License-Identifier: ISC */
#include <string.h>
#include <nettle/hmac.h>
#include <zlib.h>

#include "milter/mail/mapi.h"
#include "milter/mail/rarblock.h"
#include "milter/mail/unlock.h"
#include "milter/base/banned.h"

enum {
	MAIN = 1,
	FILE_BLOCK = 2,
	SEAL = 4,
	END = 5,
	HAS_EXTRA = 1,
	HAS_DATA = 2,
	HAS_TIME = 2, /* of a file's flags */
	HAS_CRC = 4,
	NO_SIZE = 8, /* the unpacked size is not known */
	ENCRYPTION = 1, /* the extra record */
	HAS_CHECK = 1,
	TWEAKED = 2, /* checksums are made with the password */
	HEADER_MOST = 2 << 20, /* as WinRAR */
	SALT = 16,
	CHECK = 12,
	CHECK_SUM = 8, /* of these; the others are their checksum */
	COUNT_MOST = 24
};

/* Where the fields of a header are. */
struct head {
	unsigned type, flags;
	struct span body, extra;
	uint64_t data;
};

/* Seven bits a byte, the lowest first; false if it does not end. */
static bool
number(struct span *s, uint64_t *n)
{
	*n = 0;
	for (unsigned i = 0; i < 10 && i < s->len; i++) {
		*n |= (uint64_t)(s->at[i] & 0x7f) << 7 * i;
		if (!(s->at[i] & 0x80)) {
			*s = span_from(*s, i + 1);
			return true;
		}
	}
	return false;
}

static bool
small(struct span *s, unsigned *n)
{
	uint64_t large;

	if (!number(s, &large) || large > UINT32_MAX)
		return false;
	*n = (unsigned)large;
	return true;
}

static bool
take(struct span *s, size_t len, struct span *out)
{
	if (len > s->len)
		return false;
	*out = (struct span){ s->at, len };
	*s = span_from(*s, len);
	return true;
}

/* The bytes from the checksum to the end of the header. */
static bool
header_size(struct span s, size_t *size)
{
	struct span rest = span_from(s, 4);
	uint64_t n;

	if (!number(&rest, &n) || n == 0 || n > HEADER_MOST)
		return false;
	*size = (size_t)(rest.at - s.at) + (size_t)n;
	return true;
}

static bool
is_whole(struct span raw)
{
	struct span s = span_from(raw, 4);

	return mapi_number(&raw, 4) == crc32_z(0, s.at, s.len);
}

/* Decrypts a header of size bytes; a wrong key leaves nothing behind. */
static bool
decrypt_header(struct arena *a, struct span sealed, const struct rar_key *key,
    const uint8_t *iv, struct span *raw)
{
	struct buf plain;
	bool good;

	buf_init(&plain, sealed.len);
	if (buf_add(&plain, sealed.at, sealed.len) == -1)
		return false;
	cipher_aes(key->key, 32, iv, sealed, plain.data);
	good = is_whole((struct span){ plain.data, raw->len });
	if (good)
		raw->at =
		    (unsigned char *)arena_copy(a, buf_text(&plain), raw->len);
	buf_free(&plain);
	return good;
}

/* The header that *s begins with, behind its first block if it is encrypted. */
static bool
take_header(struct arena *a, struct span *s, const struct rar_key *key,
    struct span *raw)
{
	uint8_t first[CIPHER_BLOCK];
	struct span iv, sealed;
	size_t size, whole;

	if (key == NULL)
		return header_size(*s, &size) && take(s, size, raw) &&
		       is_whole(*raw);
	if (!take(s, CIPHER_BLOCK, &iv) || s->len < CIPHER_BLOCK)
		return false;
	cipher_aes(key->key, 32, iv.at, (struct span){ s->at, CIPHER_BLOCK },
	    first);
	if (!header_size((struct span){ first, sizeof first }, &size))
		return false;
	whole = (size + CIPHER_BLOCK - 1) / CIPHER_BLOCK * CIPHER_BLOCK;
	raw->len = size;
	return take(s, whole, &sealed) &&
	       decrypt_header(a, sealed, key, iv.at, raw);
}

static bool
split(struct span raw, struct head *h)
{
	struct span s = span_from(raw, 4);
	uint64_t extra = 0;

	h->data = 0;
	if (!number(&s, &extra) || !small(&s, &h->type) ||
	    !small(&s, &h->flags))
		return false;
	extra = 0;
	if (((h->flags & HAS_EXTRA) && !number(&s, &extra)) ||
	    ((h->flags & HAS_DATA) && !number(&s, &h->data)) || extra > s.len)
		return false;
	h->body = (struct span){ s.at, s.len - (size_t)extra };
	h->extra = span_from(s, h->body.len);
	return true;
}

/* The fields of a file; *crc and *info are where these two stand. */
static bool
read_fields(struct span s, struct rar_block *b, unsigned *flags,
    struct span *crc, struct span *info)
{
	uint64_t attributes, method, system, len;

	if (!small(&s, flags) || !number(&s, &b->size) ||
	    !number(&s, &attributes))
		return false;
	if (*flags & NO_SIZE)
		b->size = UINT64_MAX;
	if (*flags & HAS_TIME)
		s = span_from(s, 4);
	*crc = (struct span){ s.at, *flags & HAS_CRC ? 4 : 0 };
	s = span_from(s, crc->len);
	*info = s;
	if (!number(&s, &method) || !number(&s, &system) || !number(&s, &len))
		return false;
	b->stored = (method >> 7 & 7) == 0;
	return take(&s, len > s.len ? s.len : (size_t)len, &b->name);
}

/* What tells a right password. One that does not fit its own checksum is
 * ignored by programs, so that it tells nothing. */
static bool
take_check(struct span *s, struct span *check)
{
	uint8_t digest[SHA256_DIGEST_SIZE];
	struct span both, eight;

	if (!take(s, CHECK, &both))
		return false;
	eight = (struct span){ both.at, CHECK_SUM };
	cipher_sha256(&eight, 1, digest);
	if (memcmp(digest, both.at + CHECK_SUM, CHECK - CHECK_SUM) != 0)
		return false;
	*check = eight;
	return true;
}

/* The record that says how a file is encrypted. */
static void
read_encryption(struct span s, struct rar_block *b)
{
	unsigned version, flags;

	b->encrypted = true;
	if (!small(&s, &version) || !small(&s, &flags) || s.len < 1)
		return;
	b->count = (unsigned)mapi_number(&s, 1);
	if (!take(&s, SALT, &b->salt) || !take(&s, CIPHER_BLOCK, &b->iv))
		return;
	b->tweaked = flags & TWEAKED;
	b->known = version == 0 && b->count <= COUNT_MOST &&
		   (flags & HAS_CHECK) && take_check(&s, &b->check);
}

static bool
next_record(struct span *extra, unsigned *type, struct span *record)
{
	uint64_t size;

	return number(extra, &size) && size <= extra->len &&
	       take(extra, (size_t)size, record) && small(record, type);
}

static void
read_seal(struct span s, struct rar_block *b)
{
	unsigned version, flags;

	b->kind = RAR_SEAL;
	if (!small(&s, &version) || !small(&s, &flags) || s.len < 1)
		return;
	b->count = (unsigned)mapi_number(&s, 1);
	b->known =
	    version == 0 && b->count <= COUNT_MOST && take(&s, SALT, &b->salt);
	if (flags & HAS_CHECK)
		(void)take_check(&s, &b->check);
}

static bool
read_block(struct arena *a, struct span *s, const struct rar_key *key,
    struct rar_block *b)
{
	struct span extra, record, crc, info;
	struct head h;
	unsigned type, flags;

	if (!take_header(a, s, key, &b->raw) || !split(b->raw, &h) ||
	    h.data > s->len || !take(s, (size_t)h.data, &b->data))
		return false;
	if (h.type == MAIN)
		b->kind = RAR_MAIN;
	else if (h.type == END)
		b->kind = RAR_END;
	else if (h.type == SEAL)
		read_seal(h.body, b);
	if (h.type != FILE_BLOCK)
		return true;
	b->kind = RAR_FILE;
	extra = h.extra;
	while (next_record(&extra, &type, &record))
		if (type == ENCRYPTION)
			read_encryption(record, b);
	return read_fields(h.body, b, &flags, &crc, &info);
}

/* PBKDF2 with HMAC-SHA-256, whose sum after 32 more rounds is the check. */
static bool
make_key(struct reading *r, struct rar_key *k)
{
	static const uint8_t first[] = { 0, 0, 0, 1 };
	uint32_t rounds = (uint32_t)1 << k->count;
	uint8_t u[SHA256_DIGEST_SIZE], sum[SHA256_DIGEST_SIZE];
	struct hmac_sha256_ctx c;

	if (!unlock_spend(r, 2 * (uint64_t)rounds + 64))
		return false;
	hmac_sha256_set_key(&c, strlen(k->password),
	    (const uint8_t *)k->password);
	hmac_sha256_update(&c, k->salt.len, k->salt.at);
	hmac_sha256_update(&c, sizeof first, first);
	hmac_sha256_digest(&c, sizeof u, u);
	memcpy(sum, u, sizeof sum);
	for (uint32_t i = 1; i < rounds + 32; i++) {
		if (i == rounds)
			memcpy(k->key, sum, sizeof sum);
		hmac_sha256_update(&c, sizeof u, u);
		hmac_sha256_digest(&c, sizeof u, u);
		for (size_t b = 0; b < sizeof sum; b++)
			sum[b] ^= u[b];
	}
	memset(k->check, 0, sizeof k->check);
	for (size_t i = 0; i < sizeof sum; i++)
		k->check[i % sizeof k->check] ^= sum[i];
	return true;
}

static void
put_number(struct buf *out, uint64_t n)
{
	do {
		unsigned char b = (n & 0x7f) | (n > 0x7f ? 0x80 : 0);

		(void)buf_add(out, &b, 1);
		n >>= 7;
	} while (n > 0);
}

/* A block of these fields, without extra records. */
static void
put_block(struct buf *out, unsigned type, const struct buf *fields,
    const struct span *data)
{
	struct buf header, whole;
	uint8_t crc[4];

	buf_init(&header, HEADER_MOST);
	put_number(&header, type);
	put_number(&header, data == NULL ? 0 : HAS_DATA);
	if (data != NULL)
		put_number(&header, data->len);
	(void)buf_add(&header, fields->data, fields->len);
	buf_init(&whole, HEADER_MOST);
	put_number(&whole, header.len);
	(void)buf_add(&whole, header.data, header.len);
	cipher_little((uint32_t)crc32_z(0, whole.data, whole.len), crc);
	(void)buf_add(out, crc, sizeof crc);
	(void)buf_add(out, whole.data, whole.len);
	if (data != NULL)
		(void)buf_add(out, data->at, data->len);
	buf_free(&whole);
	buf_free(&header);
}

/* How much of the bytes packed blocks are: encryption fills the last up, and
 * libarchive would read that as one more. */
static size_t
packed_size(struct span all)
{
	struct span s = all;

	while (s.len >= 3) {
		unsigned flags = s.at[0], bytes = (flags >> 3 & 3) + 1;
		struct span rest = span_from(s, 2);
		size_t size = bytes > 3 ? 0 : mapi_number(&rest, bytes);

		if (size == 0 || size > rest.len)
			break;
		s = span_from(rest, size);
		if (flags & 0x40) /* the last */
			return all.len - s.len;
	}
	return all.len;
}

/* Without its times; the checksum stays if it is that of the plain bytes. */
static void
write_file(struct buf *out, const struct rar_block *b, struct span data)
{
	struct rar_block again = *b;
	struct span crc, info;
	struct head h;
	struct buf fields;
	unsigned flags;

	if (!split(b->raw, &h) ||
	    !read_fields(h.body, &again, &flags, &crc, &info))
		return;
	buf_init(&fields, HEADER_MOST);
	if (b->tweaked)
		crc.len = 0;
	flags &= ~(unsigned)(HAS_CRC | HAS_TIME);
	put_number(&fields, flags | (crc.len > 0 ? HAS_CRC : 0));
	put_number(&fields, b->size);
	put_number(&fields, 0);
	(void)buf_add(&fields, crc.at, crc.len);
	(void)buf_add(&fields, info.at,
	    (size_t)(again.name.at + again.name.len - info.at));
	if (!b->stored)
		data.len = packed_size(data);
	put_block(out, FILE_BLOCK, &fields, &data);
	buf_free(&fields);
}

static void
write_main(struct buf *out, const struct rar_block *b)
{
	struct head h = { .type = 0 };
	struct buf fields;

	buf_init(&fields, HEADER_MOST);
	if (split(b->raw, &h) && h.type == MAIN)
		(void)buf_add(&fields, h.body.at, h.body.len);
	else
		put_number(&fields, 0);
	put_block(out, MAIN, &fields, NULL);
	buf_free(&fields);
}

static void
write_end(struct buf *out)
{
	struct buf fields;

	buf_init(&fields, HEADER_MOST);
	put_number(&fields, 0);
	put_block(out, END, &fields, NULL);
	buf_free(&fields);
}

const struct rar_format rar5 = {
	.magic = { (const unsigned char *)"Rar!\032\007\001", 8 },
	.read = read_block,
	.make_key = make_key,
	.write = write_file,
	.write_main = write_main,
	.write_end = write_end,
	.key_size = 32,
};
