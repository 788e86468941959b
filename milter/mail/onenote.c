/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/mail/mapi.h"
#include "milter/mail/onenote.h"
#include "milter/mail/unpack.h"
#include "milter/base/banned.h"

enum { GUID = 16, FORMAT_AT = 48, FILES = 1000 };

/* GUIDs as they stand in the file: guidFileType, and guidFileFormat of a
 * packaged store (MS-ONESTORE 2.3.1, 2.8.1). */
static const unsigned char section[GUID] = { 0xe4, 0x52, 0x5c, 0x7b, 0x8c, 0xd8,
	0xa7, 0x4d, 0xae, 0xb1, 0x53, 0x78, 0xd0, 0x29, 0x96, 0xd3 };
static const unsigned char package[GUID] = { 0x2f, 0xe9, 0x8d, 0x63, 0xd4, 0xa6,
	0xc1, 0x4b, 0x9a, 0x36, 0xb3, 0xfc, 0x25, 0x11, 0xa5, 0xb7 };

bool
onenote_is(struct span s)
{
	return span_begins(s, (struct span){ section, GUID });
}

static uint64_t
long_number(struct span *s, size_t bytes)
{
	uint64_t n = 0;

	for (size_t i = 0; i < bytes; i++)
		n |= (uint64_t)mapi_number(s, 1) << (8 * i);
	return n;
}

/* A number of one to nine bytes, whose count is in its lowest bit that is set
 * (MS-FSSHTTPB 2.2.1.1). */
static uint64_t
compact_number(struct span *s)
{
	unsigned first = s->len > 0 ? s->at[0] : 0;
	size_t bytes = 1;

	if (first == 0 || first == 0x80) {
		(void)mapi_number(s, 1);
		return first == 0 ? 0 : long_number(s, 8);
	}
	while (!(first & 1)) {
		first >>= 1;
		bytes++;
	}
	return long_number(s, bytes) >> bytes;
}

/* A FileDataStoreObject (MS-ONESTORE 2.6.13): its length, twelve bytes that
 * say nothing, and the file. */
static const unsigned char object[GUID] = { 0xe7, 0x16, 0xe3, 0xbd, 0x65, 0x26,
	0x11, 0x45, 0xa4, 0xc4, 0x8d, 0x4d, 0x0b, 0x7a, 0x9e, 0xac };

static bool
read_object(struct span s, uint64_t *len, struct span *data)
{
	*len = long_number(&s, 8);
	*data = span_from(s, 12);
	return true;
}

/*
 * An object data BLOB (MS-FSSHTTPB 2.2.1.12.8): the type of the element, then
 * the 32 bits of a header, of which the first 17 are always these, and whose
 * length counts the file's own length too; so chance makes none.
 */
static const unsigned char blob[] = { 0x15, 0x12, 0x00 };

static bool
read_blob(struct span s, uint64_t *len, struct span *data)
{
	enum { LONG = 0x7fff };
	uint64_t all = mapi_number(&s, 2);
	size_t before;

	if (all & 1)
		return false;
	all >>= 1;
	if (all == LONG)
		all = compact_number(&s);
	before = s.len;
	*len = compact_number(&s);
	*data = s;
	return all >= *len && all - *len == before - s.len;
}

/* How files lie in a section, by its form: what stands before each. */
struct form {
	struct span mark;
	bool (*read)(struct span behind, uint64_t *len, struct span *data);
};

static const struct form stored = { { object, sizeof object }, read_object };
static const struct form packed = { { blob, sizeof blob }, read_blob };

/* False at a limit. */
static bool
add_file(struct reading *r, struct node *n, uint64_t len, struct span data)
{
	if (len > data.len)
		reading_mark(r, n, MARK_UNDECODED, n->whole.at,
		    "OneNote: a file that is cut off");
	else
		data.len = (size_t)len;
	if (data.len == 0)
		return true;
	data.len = reading_take(r, n, data.len);
	return data.len > 0 && unpack_member(r, n, NULL, data) != NULL;
}

void
onenote_read(struct reading *r, struct node *n, struct span bytes)
{
	bool is_packed = span_begins(span_from(bytes, FORMAT_AT),
	    (struct span){ package, GUID });
	const struct form *form = is_packed ? &packed : &stored;
	const unsigned char *hit;
	int files = 0;

	while (bytes.len > 0) {
		struct span data;
		uint64_t len;

		hit =
		    memmem(bytes.at, bytes.len, form->mark.at, form->mark.len);
		if (hit == NULL)
			return;
		/* Not behind the file: its length may be made to hide the
		 * next. */
		bytes =
		    span_from(bytes, (size_t)(hit - bytes.at) + form->mark.len);
		if (!form->read(bytes, &len, &data))
			continue;
		if (files++ == FILES) {
			reading_mark(r, n, MARK_LIMIT, n->whole.at,
			    "files of a OneNote section: %d", FILES);
			return;
		}
		if (!add_file(r, n, len, data))
			return;
	}
}
