/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/base/count.h"
#include "milter/mail/compound.h"
#include "milter/mail/flate.h"
#include "milter/mail/mapi.h"
#include "milter/mail/powerpoint.h"
#include "milter/mail/unpack.h"
#include "milter/base/banned.h"

enum {
	OBJECTS = 200,
	HEAD = 8, /* of a record: version and instance, type, length */
	OBJECT = 0x1011 /* RT_ExternalOleObjectStg */
};

/* Adds what packed unpacks to; false when it is nothing. Objects may overlap,
 * so no more is unpacked than is left of the limits. */
static bool
add(struct reading *r, struct node *n, struct span packed)
{
	size_t left = r->limits->decoded - r->decoded;
	bool member = r->limits->member < left;
	struct buf out;
	struct span s;

	buf_init(&out, member ? r->limits->member : left);
	if (flate_unpack(packed, false, &out) == FLATE_LIMIT)
		reading_mark(r, n, MARK_LIMIT, n->whole.at, "%s: an object",
		    member ? "scan_member" : "scan_decoded");
	s.len = reading_take(r, n, out.len);
	s.at = (unsigned char *)arena_copy(r->message->arena, buf_text(&out),
	    s.len);
	buf_free(&out);
	if (s.len > 0)
		(void)unpack_member(r, n, NULL, s);
	return s.len > 0;
}

/* The content of an object record at s, empty when there is none. The version
 * is 0, the instance 1 when it is packed. */
static struct span
object_at(struct span s, bool *packed)
{
	struct span nothing = { NULL, 0 };
	unsigned head = (unsigned)mapi_number(&s, 2);
	unsigned type = (unsigned)mapi_number(&s, 2);
	size_t len = mapi_number(&s, 4);

	if ((head != 0 && head != 0x10) || type != OBJECT || s.len == 0)
		return nothing;
	*packed = head != 0;
	return (struct span){ s.at, len < s.len ? len : s.len };
}

/*
 * PowerPoint finds a record by its offset and not by going from one to the
 * next, so what stands between them can be anything: the head of such a record
 * is looked for everywhere, and what begins as its content must.
 */
void
powerpoint_read(struct reading *r, struct node *n, struct span stream)
{
	int objects = 0;

	while (stream.len > HEAD) {
		bool packed = false;
		struct span s = object_at(stream, &packed);
		bool good =
		    packed ? s.len > 6 && (s.at[4] & 15) == 8 : compound_is(s);

		if (good && objects++ == OBJECTS) {
			reading_mark(r, n, MARK_LIMIT, n->whole.at,
			    "objects: %d", OBJECTS);
			return;
		}
		if (good && packed)
			good = add(r, n, span_from(s, 4));
		else if (good)
			(void)unpack_member(r, n, NULL, s);
		stream = span_from(stream, good ? HEAD : 1);
	}
}

bool
powerpoint_is_mso(struct span s)
{
	return span_begins(s, span_string("ActiveMime"));
}

void
powerpoint_read_mso(struct reading *r, struct node *n, struct span bytes)
{
	/* Where the versions of Office put the packed bytes; the first that
	 * the head tells. */
	size_t at[] = { 0x32, 0x32, 0x22a };
	struct span field = span_from(bytes, 0x1e);

	at[0] = mapi_number(&field, 2) + 46;
	for (size_t i = 0; i < COUNT(at); i++) {
		struct span s = span_from(bytes, at[i]);

		if (s.len > 2 && (s.at[0] & 15) == 8 && add(r, n, s))
			return;
	}
	reading_mark(r, n, MARK_UNDECODED, n->whole.at,
	    "ActiveMime that is broken");
}
