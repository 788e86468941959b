/* SPDX-License-Identifier: ISC */
#include <stdbool.h>
#include <stdint.h>

#include "certs/packets.h"
#include "milter/base/banned.h"

enum {
	TAG_SESSION_KEY = 1,
	TAG_PROTECTED = 18,
	LEAST_BODY = 40,
	SESSION_KEY_LEAST = 10
};

struct packets {
	const unsigned char *at;
	size_t left;
	const unsigned char *body; /* of the packet passed last */
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

/* Passes one packet. Its tag, or -1; *version is its first byte, *size the
 * bytes of its body, and p->body where that begins. */
static int
packet(struct packets *p, int *version, size_t *size)
{
	int64_t head = number(p, 1), length;
	bool more = false, fresh = (head & 0x40) != 0;
	int tag = (int)(fresh ? head & 0x3f : head >> 2 & 0xf);

	if (head == -1 || (head & 0x80) == 0)
		return -1;
	length = fresh ? new_length(p, &more) : old_length(p, (int)(head & 3));
	*version = p->left > 0 ? p->at[0] : -1;
	p->body = p->at;
	*size = 0;
	for (;;) {
		if (length < 0 || skip(p, (size_t)length) == -1)
			return -1;
		*size += (size_t)length;
		if (!more)
			return tag;
		length = new_length(p, &more);
	}
}

/* One session key (5.1): version, eight bytes that name the key, algorithm. */
static int
session_key(struct packets *p, uint32_t *algorithms)
{
	size_t size;
	int version;

	if (packet(p, &version, &size) != TAG_SESSION_KEY || version != 3 ||
	    size < SESSION_KEY_LEAST || p->body[9] >= 32)
		return -1;
	*algorithms |= UINT32_C(1) << p->body[9];
	return 0;
}

int
packets_check(const unsigned char *bytes, size_t len, size_t recipients,
    uint32_t *algorithms, struct reason *why)
{
	struct packets p = { bytes, len, bytes };
	size_t size;
	int version;

	*algorithms = 0;
	for (size_t i = 0; i < recipients; i++)
		if (session_key(&p, algorithms) == -1)
			return reason_set(why,
			    "OpenPGP: own output is not for %zu keys",
			    recipients);
	if (packet(&p, &version, &size) != TAG_PROTECTED || version != 1 ||
	    size < LEAST_BODY)
		return reason_set(why,
		    "OpenPGP: own output is not whole or not protected");
	if (p.left != 0)
		return reason_set(why,
		    "OpenPGP: %zu bytes behind the own output", p.left);
	return 0;
}
