/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/base/count.h"
#include "milter/mail/cipher.h"
#include "milter/mail/mapi.h"
#include "milter/mail/oldlock.h"
#include "milter/mail/unlock.h"
#include "milter/base/banned.h"

enum {
	DIGEST_MOST = 20, /* SHA-1 */
	SALT = 16,
	VERIFIER = 16,
	MD5 = 16,
	SHORT = 5, /* a key of 40 bits */
	RC4_KEY = 16,
	ALGORITHM_RC4 = 0x6801,
	XOR_PASSWORD = 15,
	XOR_KEY = 16,
	COST = 100 /* blocks a try costs, about */
};

enum kind { RC4, CRYPTO_API, XOR };

struct oldlock {
	enum kind kind;
	struct span salt, verifier, verifier_hash;
	size_t key_size, every;
	uint8_t base[DIGEST_MOST]; /* that the key of each block is made of */
	uint32_t sum; /* XOR: the two halves of the verifier */
	uint8_t pad[XOR_KEY];
};

/* MS-OFFCRYPTO 2.3.5.1: the header behind its version and flags. */
static bool
read_crypto_api(struct oldlock *l, struct span s)
{
	uint32_t size, algorithm, bits;
	struct span head;

	(void)mapi_number(&s, 4); /* flags */
	size = mapi_number(&s, 4);
	head = s;
	s = span_from(s, size);
	(void)mapi_number(&head, 4); /* flags */
	(void)mapi_number(&head, 4); /* extra size */
	algorithm = mapi_number(&head, 4);
	(void)mapi_number(&head, 4); /* hash: SHA-1 always */
	bits = mapi_number(&head, 4);
	if (mapi_number(&s, 4) != SALT ||
	    s.len < SALT + VERIFIER + 4 + DIGEST_MOST ||
	    (algorithm != ALGORITHM_RC4 && algorithm != 0))
		return false;
	l->key_size = bits == 0 ? SHORT : bits / 8;
	l->verifier_hash =
	    (struct span){ s.at + SALT + VERIFIER + 4, DIGEST_MOST };
	l->salt = (struct span){ s.at, SALT };
	l->verifier = (struct span){ s.at + SALT, VERIFIER };
	return l->key_size >= SHORT && l->key_size <= RC4_KEY;
}

struct oldlock *
oldlock_rc4(struct arena *a, struct span s, uint32_t every)
{
	struct oldlock *l = arena_get(a, sizeof *l);
	uint32_t major = mapi_number(&s, 2), minor = mapi_number(&s, 2);

	l->every = every;
	l->kind = minor == 2 ? CRYPTO_API : RC4;
	if (minor == 2)
		return major >= 2 && major <= 4 && read_crypto_api(l, s) ? l
									 : NULL;
	if (major != 1 || minor != 1 || s.len < SALT + VERIFIER + MD5)
		return NULL;
	l->key_size = RC4_KEY;
	l->salt = (struct span){ s.at, SALT };
	l->verifier = (struct span){ s.at + SALT, VERIFIER };
	l->verifier_hash = (struct span){ s.at + SALT + VERIFIER, MD5 };
	return l;
}

struct oldlock *
oldlock_xor(struct arena *a, uint32_t verifier)
{
	struct oldlock *l = arena_get(a, sizeof *l);

	l->kind = XOR;
	l->sum = verifier;
	return l;
}

/* MS-OFFCRYPTO 2.3.6.2 and 2.3.5.2, as far as they are the same for all. */
static void
make_base(struct oldlock *l, struct span password)
{
	uint8_t first[MD5];
	struct span pieces[32];

	if (l->kind == CRYPTO_API) {
		pieces[0] = l->salt;
		pieces[1] = password;
		cipher_sha1(pieces, 2, l->base);
		return;
	}
	cipher_md5(&password, 1, first);
	for (size_t i = 0; i < COUNT(pieces); i += 2) {
		pieces[i] = (struct span){ first, SHORT };
		pieces[i + 1] = l->salt;
	}
	cipher_md5(pieces, COUNT(pieces), l->base);
}

static void
decrypt_block(const struct oldlock *l, uint32_t number, struct span in,
    uint8_t *out)
{
	uint8_t count[4], key[DIGEST_MOST];
	const struct span pieces[] = {
		{ l->base, l->kind == RC4 ? SHORT : DIGEST_MOST },
		{ count, sizeof count }
	};

	cipher_little(number, count);
	if (l->kind == RC4)
		cipher_md5(pieces, COUNT(pieces), key);
	else
		cipher_sha1(pieces, COUNT(pieces), key);
	/* A key of 40 bits is filled up with zeros. */
	for (size_t i = l->key_size; l->key_size == SHORT && i < RC4_KEY; i++)
		key[i] = 0;
	cipher_rc4(key, l->key_size == SHORT ? RC4_KEY : l->key_size, in, out);
}

static bool
rc4_opens(struct oldlock *l, const char *password)
{
	uint8_t wide[CIPHER_WIDE_MOST], got[DIGEST_MOST];
	uint8_t both[VERIFIER + DIGEST_MOST], plain[VERIFIER + DIGEST_MOST];
	struct span in = { both, VERIFIER + l->verifier_hash.len };
	struct span verifier = { plain, VERIFIER };

	make_base(l, cipher_wide(password, wide));
	for (size_t i = 0; i < in.len; i++)
		both[i] = i < VERIFIER ? l->verifier.at[i]
				       : l->verifier_hash.at[i - VERIFIER];
	decrypt_block(l, 0, in, plain);
	if (l->kind == RC4)
		cipher_md5(&verifier, 1, got);
	else
		cipher_sha1(&verifier, 1, got);
	return memcmp(got, plain + VERIFIER, l->verifier_hash.len) == 0;
}

static uint16_t
turn(uint16_t n)
{
	n = (uint16_t)(n << 1 | n >> 15);
	return n & 1 ? n ^ 0x1020 : n;
}

/* MS-OFFCRYPTO 2.3.7.2, whose tables are the steps of a shift register. */
static uint16_t
xor_key(struct span password)
{
	uint16_t key = 0, step = 0x8000, end = 0xffff;

	for (size_t i = password.len; i-- > 0;)
		for (int bit = 0; bit < 8; bit++) {
			step = turn(step);
			end = turn(end);
			if (bit < 7 && password.at[i] >> bit & 1)
				key ^= step;
		}
	return key ^ end;
}

/* MS-OFFCRYPTO 2.3.7.1 */
static uint16_t
xor_verifier(struct span password)
{
	unsigned sum = 0;

	for (size_t i = password.len + 1; i-- > 0;) {
		unsigned c =
		    i == 0 ? (unsigned)password.len : password.at[i - 1];

		sum = ((sum >> 14 & 1) | (sum << 1 & 0x7fff)) ^ c;
	}
	return (uint16_t)(sum ^ 0xce4b);
}

/* Which half of the verifier is the key differs between Excel and Word. */
static bool
xor_opens(struct oldlock *l, const char *text)
{
	static const uint8_t fill[] = { 0xbb, 0xff, 0xff, 0xba, 0xff, 0xff,
		0xb9, 0x80, 0x00, 0xbe, 0x0f, 0x00, 0xbf, 0x0f, 0x00 };
	struct span p = span_string(text);
	uint32_t key, sum;

	if (p.len == 0 || p.len > XOR_PASSWORD)
		return false;
	key = xor_key(p);
	sum = xor_verifier(p);
	for (size_t i = 0; i < XOR_KEY; i++) {
		unsigned c = i < p.len ? p.at[i] : fill[i - p.len];

		c ^= i % 2 ? key >> 8 : key & 0xff;
		l->pad[i] = (uint8_t)(c >> 1 | c << 7);
	}
	return l->sum == (sum << 16 | key) || l->sum == (key << 16 | sum);
}

bool
oldlock_opens(struct reading *r, struct oldlock *l, const char *password)
{
	if (!unlock_spend(r, COST))
		return false;
	return l->kind == XOR ? xor_opens(l, password) : rc4_opens(l, password);
}

/* Word leaves zeros, and what would become one, as they are. */
static void
xor_stream(const struct oldlock *l, struct span in, uint8_t *out)
{
	for (size_t i = 0; i < in.len; i++) {
		uint8_t c = in.at[i] ^ l->pad[i % XOR_KEY];

		out[i] = in.at[i] == 0 || c == 0 ? in.at[i] : c;
	}
}

struct span
oldlock_stream(const struct oldlock *l, struct arena *a, struct span s,
    size_t clear)
{
	uint8_t *out = arena_get(a, s.len + 1);

	if (l->kind == XOR)
		xor_stream(l, s, out);
	for (size_t at = 0; l->kind != XOR && at < s.len; at += l->every) {
		struct span in = span_from(s, at);

		if (in.len > l->every)
			in.len = l->every;
		decrypt_block(l, (uint32_t)(at / l->every), in, out + at);
	}
	for (size_t i = 0; i < clear && i < s.len; i++)
		out[i] = s.at[i];
	return (struct span){ out, s.len };
}

/* How many bytes of a record are in clear. */
static size_t
clear_of(unsigned id, size_t len)
{
	static const unsigned whole[] = { 0x809, 0x409, 0x209, 0x009, 0x2f,
		0xe1, 0x138, 0x194, 0x195, 0x196 };

	for (size_t i = 0; i < COUNT(whole); i++)
		if (whole[i] == id)
			return len;
	return id == 0x85 && len > 4 ? 4 : 0; /* where a sheet begins */
}

struct span
oldlock_workbook(const struct oldlock *l, struct arena *a, struct span s)
{
	struct span all = l->kind == XOR ? s : oldlock_stream(l, a, s, 0);
	uint8_t *out = arena_get(a, s.len + 1);
	struct span rest = s;

	while (rest.len >= 4) {
		size_t at = (size_t)(rest.at - s.at) + 4, clear;
		unsigned id = (unsigned)mapi_number(&rest, 2);
		size_t len = mapi_number(&rest, 2);

		if (len > rest.len)
			len = rest.len;
		for (size_t i = at - 4; i < at; i++)
			out[i] = s.at[i];
		clear = clear_of(id, len);
		for (size_t i = 0; i < len; i++) {
			uint8_t c = all.at[at + i];

			if (i < clear)
				c = s.at[at + i];
			else if (l->kind == XOR) {
				c ^= l->pad[(at + i + len) % XOR_KEY];
				c = (uint8_t)(c << 3 | c >> 5);
			}
			out[at + i] = c;
		}
		rest = span_from(rest, len);
	}
	return (struct span){ out, s.len - rest.len };
}

struct span
oldlock_object(const struct oldlock *l, struct arena *a, struct span object,
    uint32_t number)
{
	uint8_t *out = arena_get(a, object.len + 1);

	decrypt_block(l, number, object, out);
	return (struct span){ out, object.len };
}
