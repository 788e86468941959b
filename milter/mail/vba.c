/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/mail/mapi.h"
#include "milter/mail/vba.h"
#include "milter/base/banned.h"

enum { CHUNK = 4096, SIGNATURE = 1 };

struct out {
	unsigned char *at;
	size_t len, most;
	size_t chunk; /* where the chunk began */
};

static bool
put(struct out *o, unsigned char c)
{
	if (o->len == o->most)
		return false;
	o->at[o->len++] = c;
	return true;
}

/* MS-OVBA 2.4.1.3.19.1: how many bits of the token are its length depends on
 * how far the chunk has come. */
static bool
copy(struct out *o, unsigned token)
{
	size_t done = o->len - o->chunk, length, back;
	unsigned bits = 4;

	while (((size_t)1 << bits) < done)
		bits++;
	if (bits > 12)
		return false;
	length = (token & (0xffffu >> bits)) + 3;
	back = (token >> (16 - bits)) + 1;
	if (back > done)
		return false;
	while (length-- > 0)
		if (!put(o, o->at[o->len - back]))
			return false;
	return true;
}

/* The eight tokens behind a byte of flags. */
static bool
tokens(struct out *o, struct span *s)
{
	unsigned flags = (unsigned)mapi_number(s, 1);

	for (int i = 0; i < 8 && s->len > 0; i++, flags >>= 1) {
		if ((flags & 1) == 0) {
			if (!put(o, (unsigned char)mapi_number(s, 1)))
				return false;
		} else if (s->len < 2 || !copy(o, (unsigned)mapi_number(s, 2)))
			return false;
	}
	return true;
}

static bool
chunk(struct out *o, struct span s, bool packed)
{
	o->chunk = o->len;
	while (s.len > 0)
		if (packed ? !tokens(o, &s)
			   : !put(o, (unsigned char)mapi_number(&s, 1)))
			return false;
	return true;
}

struct span
vba_decompress(struct arena *a, struct span packed, size_t most)
{
	struct out o = { .most = most };
	bool good = packed.len > 3 && packed.at[0] == SIGNATURE;

	/* Each chunk of three bytes and more gives at most 4096. */
	if (good && o.most / CHUNK > packed.len / 3)
		o.most = (packed.len / 3 + 1) * CHUNK;
	if (good)
		o.at = arena_get(a, o.most + 1);
	packed = span_from(packed, 1);
	while (good && packed.len > 2) {
		unsigned head = (unsigned)mapi_number(&packed, 2);
		size_t len = (head & 0xfff) + 1;
		struct span s = { packed.at,
			len < packed.len ? len : packed.len };

		good = (head >> 12 & 7) == 3 && chunk(&o, s, head >> 15);
		packed = span_from(packed, s.len);
	}
	return (struct span){ o.at, o.len };
}

enum {
	RECORD_VERSION = 0x0009,
	RECORD_NAME = 0x0019,
	RECORD_STREAM = 0x001a,
	RECORD_OFFSET = 0x0031,
	RECORD_END = 0x002b
};

size_t
vba_modules(struct arena *a, struct span dir, struct vba_module *list)
{
	struct vba_module m = { NULL, NULL, 0 };
	size_t count = 0;

	while (dir.len >= 6 && count < VBA_MODULES) {
		unsigned id = (unsigned)mapi_number(&dir, 2);
		size_t len = mapi_number(&dir, 4);
		struct span value = { dir.at, len < dir.len ? len : dir.len };

		/* Its size is wrong in every file (MS-OVBA 2.3.4.2.1.11). */
		if (id == RECORD_VERSION)
			len = 6;
		if (id == RECORD_NAME)
			m.name = span_copy(a, value);
		else if (id == RECORD_STREAM)
			m.stream = span_copy(a, value);
		else if (id == RECORD_OFFSET)
			m.offset = mapi_number(&value, 4);
		else if (id == RECORD_END) {
			if (m.stream != NULL)
				list[count++] = m;
			m = (struct vba_module){ NULL, NULL, 0 };
		}
		dir = span_from(dir, len);
	}
	return count;
}

bool
vba_find(struct span bytes, size_t *at, struct span *packed)
{
	static const unsigned char word[] = "\0Attribut";
	const size_t len = sizeof word - 1;

	while (*at < bytes.len) {
		const unsigned char *hit =
		    memmem(bytes.at + *at, bytes.len - *at, word, len);

		if (hit == NULL)
			return false;
		*at = (size_t)(hit - bytes.at) + len;
		/* A signature and the head of a chunk stand before it. */
		if (hit - bytes.at < 3)
			continue;
		*packed = span_from(bytes, (size_t)(hit - bytes.at) - 3);
		return true;
	}
	return false;
}
