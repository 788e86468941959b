/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>

#include "milter/base/count.h"
#include "milter/mail/cipher.h"
#include "milter/mail/decode.h"
#include "milter/mail/mapi.h"
#include "milter/mail/officelock.h"
#include "milter/mail/unlock.h"
#include "milter/base/banned.h"

enum {
	DIGEST_MOST = SHA512_DIGEST_SIZE,
	SALT_MOST = 64,
	INFO_MOST = 65536,
	STANDARD_SPINS = 50000,
	LONG = 4, /* what SHA-384 and SHA-512 take more time than SHA-256 */
	SPINS_MOST = 10000000, /* MS-OFFCRYPTO 2.3.4.10 */
	SEGMENT = 4096
};

struct digest {
	const char *name;
	size_t size;
	void (*of)(const struct span *pieces, size_t count, uint8_t *out);
};

struct officelock {
	struct reading *r;
	struct span package;
	const struct digest *digest;
	bool agile;
	uint32_t spins;
	size_t key_size; /* bytes */
	struct span salt; /* of the password */
	struct span verifier, verifier_hash;
	struct span key_value, data_salt; /* agile */
	uint8_t key[CIPHER_KEY_MOST]; /* of the package, once it opened */
};

static const struct digest digests[] = {
	{ "SHA1", SHA1_DIGEST_SIZE, cipher_sha1 },
	{ "SHA-1", SHA1_DIGEST_SIZE, cipher_sha1 },
	{ "SHA256", SHA256_DIGEST_SIZE, cipher_sha256 },
	{ "SHA384", SHA384_DIGEST_SIZE, cipher_sha384 },
	{ "SHA512", SHA512_DIGEST_SIZE, cipher_sha512 },
};

static void
hash(const struct officelock *l, struct span a, struct span b, uint8_t *out)
{
	const struct span pieces[] = { a, b };

	l->digest->of(pieces, COUNT(pieces), out);
}

/* Base64 of an attribute; at most most bytes, else empty. */
static struct span
attribute(struct arena *a, xmlNode *node, const char *name, size_t most)
{
	struct span none = { NULL, 0 };
	xmlChar *text = xmlGetNoNsProp(node, (const xmlChar *)name);
	unsigned char *out;
	struct span in;
	size_t len;

	if (text == NULL)
		return none;
	in = span_string((const char *)text);
	out = arena_get(a, in.len + 1);
	len = decode_base64(in, out, NULL);
	xmlFree(text);
	return len > most ? none : (struct span){ out, len };
}

static uint32_t
number(xmlNode *node, const char *name)
{
	xmlChar *text = xmlGetNoNsProp(node, (const xmlChar *)name);
	unsigned long n =
	    text == NULL ? 0 : strtoul((const char *)text, NULL, 10);

	xmlFree(text);
	return n > UINT32_MAX ? 0 : (uint32_t)n;
}

static const struct digest *
digest_of(xmlNode *node)
{
	xmlChar *text = xmlGetNoNsProp(node, (const xmlChar *)"hashAlgorithm");
	const struct digest *found = NULL;

	for (size_t i = 0; text != NULL && i < COUNT(digests); i++)
		if (strcmp((const char *)text, digests[i].name) == 0)
			found = &digests[i];
	xmlFree(text);
	return found;
}

/* The first element of that name below node, without going down by calls. */
static xmlNode *
find(xmlNode *root, const char *name)
{
	xmlNode *n = root;

	while (n != NULL) {
		if (n->type == XML_ELEMENT_NODE &&
		    strcmp((const char *)n->name, name) == 0)
			return n;
		if (n->children != NULL) {
			n = n->children;
			continue;
		}
		while (n != NULL && n != root && n->next == NULL)
			n = n->parent;
		n = n == NULL || n == root ? NULL : n->next;
	}
	return NULL;
}

/* MS-OFFCRYPTO 2.3.4.10 */
static bool
read_agile(struct officelock *l, struct span info)
{
	struct arena *a = l->r->message->arena;
	xmlDoc *doc = xmlReadMemory((const char *)info.at, (int)info.len, "",
	    NULL, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	xmlNode *root = doc == NULL ? NULL : xmlDocGetRootElement(doc);
	xmlNode *data = find(root, "keyData");
	xmlNode *key = find(root, "encryptedKey");

	if (data != NULL && key != NULL) {
		l->digest = digest_of(key);
		if (digest_of(data) != l->digest)
			l->digest = NULL;
		l->spins = number(key, "spinCount");
		l->key_size = number(key, "keyBits") / 8;
		l->salt = attribute(a, key, "saltValue", SALT_MOST);
		l->verifier =
		    attribute(a, key, "encryptedVerifierHashInput", SALT_MOST);
		l->verifier_hash = attribute(a, key,
		    "encryptedVerifierHashValue", DIGEST_MOST);
		l->key_value =
		    attribute(a, key, "encryptedKeyValue", CIPHER_KEY_MOST);
		l->data_salt = attribute(a, data, "saltValue", SALT_MOST);
	}
	xmlFreeDoc(doc);
	return l->digest != NULL && l->salt.len >= CIPHER_BLOCK &&
	       l->verifier.len >= CIPHER_BLOCK &&
	       l->verifier_hash.len >= l->digest->size &&
	       l->key_value.len >= l->key_size && l->data_salt.len > 0;
}

/* MS-OFFCRYPTO 2.3.4.5 */
static bool
read_standard(struct officelock *l, struct span info)
{
	uint32_t size = mapi_number(&info, 4);
	struct span head = info;

	(void)mapi_number(&head, 4);
	(void)mapi_number(&head, 4);
	(void)mapi_number(&head, 4); /* algorithm: its key size tells */
	(void)mapi_number(&head, 4);
	l->key_size = mapi_number(&head, 4) / 8;
	info = span_from(info, size);
	if (mapi_number(&info, 4) != 16 || info.len < 16 + 16 + 4 + 32)
		return false;
	l->salt = (struct span){ info.at, 16 };
	l->verifier = (struct span){ info.at + 16, 16 };
	l->verifier_hash = (struct span){ info.at + 36, 32 };
	l->digest = &digests[0];
	l->spins = STANDARD_SPINS;
	return true;
}

struct officelock *
officelock_new(struct reading *r, struct span info, struct span package)
{
	struct officelock *l = arena_get(r->message->arena, sizeof *l);
	uint32_t major = mapi_number(&info, 2), minor = mapi_number(&info, 2);
	bool good;

	l->r = r;
	l->package = package;
	(void)mapi_number(&info, 4); /* flags */
	if (info.len > INFO_MOST || package.len < 8)
		return NULL;
	l->agile = major == 4 && minor == 4;
	good = l->agile ? read_agile(l, info)
			: minor == 2 && read_standard(l, info);
	if (!good || l->spins > SPINS_MOST ||
	    (l->key_size != 16 && l->key_size != 24 && l->key_size != 32))
		return NULL;
	return l;
}

/* The hash that all keys are made of; false when there were too many tries. */
static bool
spin(struct officelock *l, const char *password, uint8_t *h)
{
	uint8_t bytes[CIPHER_WIDE_MOST], count[4];
	struct span digest = { h, l->digest->size };
	struct span wide = cipher_wide(password, bytes);

	if (wide.len == 0 ||
	    !unlock_spend(l->r,
		(uint64_t)l->spins *
		    (l->digest->size > SHA256_DIGEST_SIZE ? LONG : 1)))
		return false;
	hash(l, l->salt, wide, h);
	for (uint32_t i = 0; i < l->spins; i++) {
		cipher_little(i, count);
		hash(l, (struct span){ count, 4 }, digest, h);
	}
	return true;
}

/* Decrypts with the key for one purpose (MS-OFFCRYPTO 2.3.4.11). */
static void
agile_decrypt(const struct officelock *l, const uint8_t *h,
    const uint8_t purpose[8], struct span in, uint8_t *out)
{
	uint8_t key[DIGEST_MOST];

	hash(l, (struct span){ h, l->digest->size },
	    (struct span){ purpose, 8 }, key);
	/* A key that is longer than the hash goes on with this. */
	for (size_t i = l->digest->size; i < CIPHER_KEY_MOST; i++)
		key[i] = 0x36;
	cipher_aes(key, l->key_size, l->salt.at, in, out);
}

static bool
agile_opens(struct officelock *l, const uint8_t *h)
{
	static const uint8_t input[] = { 0xfe, 0xa7, 0xd2, 0x76, 0x3b, 0x4b,
		0x9e, 0x79 };
	static const uint8_t value[] = { 0xd7, 0xaa, 0x0f, 0x6d, 0x30, 0x61,
		0x34, 0x4e };
	static const uint8_t key[] = { 0x14, 0x6e, 0x0b, 0xe7, 0xab, 0xac, 0xd0,
		0xd6 };
	uint8_t in[SALT_MOST] = { 0 }, want[DIGEST_MOST] = { 0 },
		got[DIGEST_MOST];
	struct span none = { NULL, 0 };

	agile_decrypt(l, h, input, l->verifier, in);
	agile_decrypt(l, h, value, l->verifier_hash, want);
	hash(l, (struct span){ in, l->verifier.len }, none, got);
	if (memcmp(want, got, l->digest->size) != 0)
		return false;
	agile_decrypt(l, h, key, l->key_value, l->key);
	return true;
}

/* MS-OFFCRYPTO 2.3.4.7 */
static bool
standard_opens(struct officelock *l, const uint8_t *h)
{
	static const uint8_t block[4] = { 0 };
	struct span none = { NULL, 0 };
	uint8_t last[DIGEST_MOST], pad[64], both[2 * DIGEST_MOST];
	uint8_t in[16], want[32], got[DIGEST_MOST];

	hash(l, (struct span){ h, l->digest->size }, (struct span){ block, 4 },
	    last);
	for (int half = 0; half < 2; half++) {
		for (size_t i = 0; i < sizeof pad; i++)
			pad[i] = (half ? 0x5c : 0x36) ^
				 (i < l->digest->size ? last[i] : 0);
		hash(l, (struct span){ pad, sizeof pad }, none,
		    both + (size_t)half * l->digest->size);
	}
	for (size_t i = 0; i < l->key_size; i++)
		l->key[i] = both[i];
	cipher_aes(l->key, l->key_size, NULL, l->verifier, in);
	cipher_aes(l->key, l->key_size, NULL, l->verifier_hash, want);
	hash(l, (struct span){ in, sizeof in }, none, got);
	return memcmp(want, got, l->digest->size) == 0;
}

bool
officelock_opens(struct officelock *l, const char *password)
{
	uint8_t h[DIGEST_MOST];

	return spin(l, password, h) &&
	       (l->agile ? agile_opens(l, h) : standard_opens(l, h));
}

struct span
officelock_read(struct officelock *l)
{
	struct span in = l->package, whole;
	uint32_t size = mapi_number(&in, 4);
	uint8_t *out = arena_get(l->r->message->arena, in.len + 1);
	uint8_t count[4], iv[DIGEST_MOST];

	(void)mapi_number(&in, 4); /* no member is so large */
	whole = (struct span){ out, size < in.len ? size : in.len };
	if (!l->agile) {
		cipher_aes(l->key, l->key_size, NULL, in, out);
		return whole;
	}
	for (uint32_t i = 0; in.len > 0; i++) {
		struct span s = { in.at, in.len < SEGMENT ? in.len : SEGMENT };

		cipher_little(i, count);
		hash(l, l->data_salt, (struct span){ count, 4 }, iv);
		cipher_aes(l->key, l->key_size, iv, s, out);
		out += s.len;
		in = span_from(in, s.len);
	}
	return whole;
}
