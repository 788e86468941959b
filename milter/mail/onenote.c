/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/mail/mapi.h"
#include "milter/mail/onenote.h"
#include "milter/mail/unpack.h"
#include "milter/base/banned.h"

enum {
	GUID = 16,
	FORMAT_AT = 48,
	LENGTH_AT = GUID,
	DATA_AT = 36,
	FILES = 1000
};

/* GUIDs as they stand in the file: guidFileType, guidFileFormat of a packaged
 * store, and guidHeader of a FileDataStoreObject (2.3.1, 2.8.1, 2.6.13). */
static const unsigned char section[GUID] = { 0xe4, 0x52, 0x5c, 0x7b, 0x8c, 0xd8,
	0xa7, 0x4d, 0xae, 0xb1, 0x53, 0x78, 0xd0, 0x29, 0x96, 0xd3 };
static const unsigned char package[GUID] = { 0x2f, 0xe9, 0x8d, 0x63, 0xd4, 0xa6,
	0xc1, 0x4b, 0x9a, 0x36, 0xb3, 0xfc, 0x25, 0x11, 0xa5, 0xb7 };
static const unsigned char object[GUID] = { 0xe7, 0x16, 0xe3, 0xbd, 0x65, 0x26,
	0x11, 0x45, 0xa4, 0xc4, 0x8d, 0x4d, 0x0b, 0x7a, 0x9e, 0xac };

bool
onenote_is(struct span s)
{
	return span_begins(s, (struct span){ section, GUID });
}

/* The file of an object that begins with its header; false at a limit. */
static bool
add_file(struct reading *r, struct node *n, struct span s)
{
	struct span head = span_from(s, LENGTH_AT);
	struct span data = span_from(s, DATA_AT);
	uint64_t len = mapi_number(&head, 4);

	len |= (uint64_t)mapi_number(&head, 4) << 32;
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
	const unsigned char *hit;

	if (span_begins(span_from(bytes, FORMAT_AT),
		(struct span){ package, GUID }))
		reading_mark(r, n, MARK_UNDECODED, n->whole.at,
		    "OneNote: a packaged section");
	for (int i = 0; bytes.len >= GUID; i++) {
		hit = memmem(bytes.at, bytes.len, object, GUID);
		if (hit == NULL)
			return;
		if (i == FILES) {
			reading_mark(r, n, MARK_LIMIT, n->whole.at,
			    "files of a OneNote section: %d", FILES);
			return;
		}
		bytes = span_from(bytes, (size_t)(hit - bytes.at));
		if (!add_file(r, n, bytes))
			return;
		/* Not behind the file: its length may be made to hide the
		 * next. */
		bytes = span_from(bytes, GUID);
	}
}
