/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "certs/already.h"
#include "certs/entity.h"
#include "certs/enveloped.h"
#include "certs/packets.h"
#include "certs/root.h"
#include "milter/base/banned.h"

struct already {
	struct root root;
	struct enveloped *enveloped; /* S/MIME, else NULL */
	struct packets_message packets; /* OpenPGP */
};

static bool
block_looks_random(const unsigned char *bytes, size_t len)
{
	enum { BOUND = 255 + 10 * 23 };
	size_t seen[256] = { 0 }, squares = 0;

	for (size_t i = 0; i < len; i++)
		seen[bytes[i]]++;
	for (size_t i = 0; i < 256; i++)
		squares += seen[i] * seen[i];
	/* squares * 256 / len - len < BOUND */
	return squares * 256 < len * (len + BOUND);
}

/*
 * An envelope with the right names on it and clear text in it opens for nobody,
 * but leaks. The chi-squared statistic of random bytes has 255 as its mean and
 * 22.6 as its deviation at any length; text is over our bound from some 50
 * bytes on, and in base64 from some 130. What is taken for text by mistake is
 * sealed once more, no harm done.
 */
static bool
looks_random(struct span s)
{
	enum { BLOCK = 4096 };

	while (s.len >= 2 * BLOCK) {
		if (!block_looks_random(s.at, BLOCK))
			return false;
		s = span_from(s, BLOCK);
	}
	return block_looks_random(s.at, s.len);
}

static bool
read_content(struct already *a)
{
	struct span bytes = { a->root.bytes, a->root.len };

	if (a->root.method == SEAL_OPENPGP)
		return packets_read(&a->packets, bytes) && looks_random(bytes);
	a->enveloped = enveloped_read(bytes);
	return a->enveloped != NULL &&
	       looks_random(enveloped_content(a->enveloped));
}

struct already *
already_read(int message)
{
	struct already *a = calloc(1, sizeof *a);
	struct entity_map map;
	struct reason ignored;

	if (a == NULL || entity_map(&map, message, &ignored) == -1) {
		free(a);
		return NULL;
	}
	if (!root_read(&a->root, (struct span){ map.bytes, map.size }) ||
	    !read_content(a))
		already_free(&a);
	entity_unmap(&map);
	return a;
}

enum seal_method
already_method(const struct already *a)
{
	return a->root.method;
}

const char *
already_algorithm(const struct already *a)
{
	return a->enveloped != NULL ? enveloped_algorithm(a->enveloped)
				    : a->packets.algorithm;
}

bool
already_for_certificate(const struct already *a, X509 *cert)
{
	return a->enveloped != NULL && enveloped_for(a->enveloped, cert);
}

/* The id in a fingerprint of version 4: its last bytes. */
static bool
id_of(const char *fingerprint, unsigned char id[PACKETS_ID])
{
	size_t len = strlen(fingerprint);

	if (len != 40)
		return false;
	for (size_t i = 0; i < PACKETS_ID; i++) {
		const char *hex = fingerprint + len - 2 * (PACKETS_ID - i);
		int high = span_hex(hex[0]), low = span_hex(hex[1]);

		if (high == -1 || low == -1)
			return false;
		id[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}

bool
already_for_key(const struct already *a, const char *fingerprint)
{
	unsigned char id[PACKETS_ID];

	if (a->enveloped != NULL || !id_of(fingerprint, id))
		return false;
	for (size_t i = 0; i < a->packets.count; i++)
		if (memcmp(a->packets.keys[i], id, PACKETS_ID) == 0)
			return true;
	return false;
}

void
already_free(struct already **a)
{
	if (*a == NULL)
		return;
	enveloped_free(&(*a)->enveloped);
	root_free(&(*a)->root);
	free(*a);
	*a = NULL;
}
