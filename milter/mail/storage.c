/* SPDX-License-Identifier: ISC */
#include "milter/mail/charset.h"
#include "milter/mail/names.h"
#include "milter/mail/storage.h"
#include "milter/mail/unpack.h"
#include "milter/base/banned.h"

void
storage_limit(struct reading *r, struct node *n, const char *of, int most)
{
	reading_mark(r, n, MARK_LIMIT, n->whole.at, "compound file: %s: %d", of,
	    most);
}

void
storage_broken(struct reading *r, struct node *n)
{
	reading_mark(r, n, MARK_UNDECODED, n->whole.at,
	    "compound file: a stream is broken");
}

struct span
storage_bytes(struct reading *r, struct node *n, GsfInput *in)
{
	struct span s = { NULL, 0 };
	gsf_off_t size = gsf_input_size(in);
	unsigned char *copy;

	if (size <= 0)
		return s;
	if ((size_t)size > r->limits->member) {
		reading_mark(r, n, MARK_LIMIT, n->whole.at,
		    "scan_member: a stream");
		return s;
	}
	s.len = reading_take(r, n, (size_t)size);
	copy = arena_get(r->message->arena, s.len + 1);
	s.at = copy;
	if (gsf_input_seek(in, 0, G_SEEK_SET) ||
	    gsf_input_read(in, s.len, copy) == NULL) {
		storage_broken(r, n);
		s.len = 0;
	}
	return s;
}

void
storage_add(struct reading *r, struct node *n, const char *name, struct span s,
    const char *source)
{
	struct node *child;

	if (s.len == 0)
		return;
	child = unpack_member(r, n, NULL, s);
	if (child == NULL)
		return;
	child->part.origin = ORIGIN_STREAM;
	names_add(r, child, arena_string(r->message->arena, name), source);
}

const char *
storage_name(struct reading *r, const char *name)
{
	return charset_decode(r->message->arena, "", span_string(name), NULL);
}
