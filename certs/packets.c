/* SPDX-License-Identifier: ISC */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "certs/packets.h"
#include "milter/base/count.h"
#include "milter/base/banned.h"

enum {
	TAG_SESSION_KEY = 1,
	TAG_PROTECTED = 18,
	TAG_AEAD = 20, /* of GnuPG 2.3, before RFC 9580 */
	LEAST_BODY = 40,
	SESSION_KEY_LEAST = 10
};

struct packets {
	const unsigned char *at;
	size_t left;
};

static int
skip(struct packets *p, size_t n)
{
	if (n > p->left)
		return -1;
	p->at += n;
	p->left -= n;
	return 0;
}

/* A number of n bytes, most significant first; -1 when they are not there. */
static int64_t
number(struct packets *p, size_t n)
{
	int64_t value = 0;

	if (n > p->left)
		return -1;
	for (size_t i = 0; i < n; i++)
		value = value << 8 | p->at[i];
	(void)skip(p, n);
	return value;
}

/* New format (4.2.2): the length of the next piece; *more: it is not the
 * last. */
static int64_t
new_length(struct packets *p, bool *more)
{
	int64_t first = number(p, 1), second;

	*more = false;
	if (first < 192)
		return first;
	if (first == 255)
		return number(p, 4);
	if (first >= 224) {
		*more = true;
		return (int64_t)1 << (first & 31);
	}
	second = number(p, 1);
	return second == -1 ? -1 : ((first - 192) << 8) + second + 192;
}

/* Old format (4.2.1); one without length is never whole for sure. */
static int64_t
old_length(struct packets *p, int kind)
{
	static const size_t bytes[] = { 1, 2, 4 };

	return kind == 3 ? -1 : number(p, bytes[kind]);
}

/* One packet: its tag, and its body. */
struct packet {
	int tag;
	size_t size; /* of all pieces */
	struct span first; /* the first piece, mostly the whole */
	bool pieces; /* there are more */
};

/* Passes one packet; -1 when it is not whole. */
static int
packet(struct packets *p, struct packet *packet)
{
	int64_t head = number(p, 1), length;
	bool more = false, fresh = (head & 0x40) != 0;

	if (head == -1 || (head & 0x80) == 0)
		return -1;
	packet->tag = (int)(fresh ? head & 0x3f : head >> 2 & 0xf);
	length = fresh ? new_length(p, &more) : old_length(p, (int)(head & 3));
	packet->pieces = more;
	packet->first = (struct span){ p->at, (size_t)length };
	packet->size = 0;
	for (;;) {
		if (length < 0 || skip(p, (size_t)length) == -1)
			return -1;
		packet->size += (size_t)length;
		if (!more)
			return 0;
		length = new_length(p, &more);
	}
}

/* One session key (5.1): version, eight bytes that name the key, algorithm. */
static int
session_key(struct packets *p, uint32_t *algorithms)
{
	const unsigned char *body;
	struct packet one;

	if (packet(p, &one) == -1 || one.tag != TAG_SESSION_KEY ||
	    one.first.len < SESSION_KEY_LEAST)
		return -1;
	body = one.first.at;
	if (body[0] != 3 || body[9] >= 32)
		return -1;
	*algorithms |= UINT32_C(1) << body[9];
	return 0;
}

int
packets_check(const unsigned char *bytes, size_t len, size_t recipients,
    uint32_t *algorithms, struct reason *why)
{
	struct packets p = { bytes, len };
	struct packet one;

	*algorithms = 0;
	for (size_t i = 0; i < recipients; i++)
		if (session_key(&p, algorithms) == -1)
			return reason_set(why,
			    "OpenPGP: own output is not for %zu keys",
			    recipients);
	if (packet(&p, &one) == -1 || one.tag != TAG_PROTECTED ||
	    one.size < LEAST_BODY || one.first.at[0] != 1)
		return reason_set(why,
		    "OpenPGP: own output is not whole or not protected");
	if (p.left != 0)
		return reason_set(why,
		    "OpenPGP: %zu bytes behind the own output", p.left);
	return 0;
}

const char *
packets_cipher(int number)
{
	static const char *const names[] = { [7] = "AES-128",
		[8] = "AES-192",
		[9] = "AES-256",
		[11] = "CAMELLIA-128",
		[12] = "CAMELLIA-192",
		[13] = "CAMELLIA-256" };

	return number >= 0 && number < (int)COUNT(names) ? names[number] : NULL;
}

/* The id of the key: of a fingerprint of version 4 the last bytes, of version
 * 6 the first (RFC 9580, 5.1.2). NULL: of no key. */
static const unsigned char *
key_of(const struct packet *packet)
{
	const unsigned char *body = packet->first.at;

	if (packet->pieces || packet->size < LEAST_BODY)
		return NULL;
	if (body[0] == 3)
		return body + 1;
	if (body[0] != 6)
		return NULL;
	if (body[1] == 21 && body[2] == 4)
		return body + 15;
	return body[1] == 33 && body[2] == 6 ? body + 3 : NULL;
}

/* Version 1 of the protected packet hides its cipher with its key. */
static const char *
algorithm_of(const struct packet *packet)
{
	const unsigned char *body = packet->first.at;

	if (packet->size < LEAST_BODY || packet->first.len < LEAST_BODY)
		return NULL;
	if (packet->tag == TAG_PROTECTED && body[0] == 1)
		return "not visible (OpenPGP with MDC)";
	if ((packet->tag == TAG_PROTECTED && body[0] == 2) ||
	    (packet->tag == TAG_AEAD && body[0] == 1))
		return packets_cipher(body[1]);
	return NULL;
}

bool
packets_read(struct packets_message *m, struct span bytes)
{
	struct packets p = { bytes.at, bytes.len };
	struct packet one;

	m->count = 0;
	for (;;) {
		const unsigned char *key;

		if (packet(&p, &one) == -1)
			return false;
		if (one.tag != TAG_SESSION_KEY)
			break;
		key = key_of(&one);
		if (key == NULL || m->count == PACKETS_KEYS)
			return false;
		memcpy(m->keys[m->count++], key, PACKETS_ID);
	}
	m->algorithm = algorithm_of(&one);
	return m->algorithm != NULL && m->count > 0 && p.left == 0;
}
