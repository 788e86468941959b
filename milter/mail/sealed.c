/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/mail/archive.h"
#include "milter/mail/sealed.h"
#include "milter/mail/sevenzip.h"
#include "milter/mail/unlock.h"
#include "milter/base/banned.h"

enum {
	MORE = 17 << 20, /* bytes that other lists may take */
	ZIP_KEY = 8000, /* blocks that a try costs, about */
	ZIP_PART = 1024 /* bytes for one more: few tries unpack a member */
};

/* An archive that waits. */
struct sealed {
	struct sevenzip *seven; /* NULL: a zip */
	struct span bytes, left;
	struct span plain; /* of a 7z, once it opened */
};

static struct span
keep(struct reading *r, const struct buf *b)
{
	return (struct span){ (unsigned char *)arena_copy(r->message->arena,
				  buf_text(b), b->len),
		b->len };
}

/* Is the first of the encrypted members what its checksum says? */
static bool
is_right(struct reading *r, const struct sealed *s, struct span bytes,
    const char *password)
{
	const unsigned char *first = memchr(s->left.at, 1, s->left.len);
	struct buf member;
	bool good;

	if (first == NULL)
		return false;
	buf_init(&member, r->limits->member);
	good = archive_member(bytes, password, (size_t)(first - s->left.at),
	    &member);
	buf_free(&member);
	return good;
}

static bool
opens_zip(struct reading *r, void *owner, const char *password)
{
	const struct sealed *s = owner;

	return unlock_spend(r, ZIP_KEY + s->bytes.len / ZIP_PART) &&
	       is_right(r, s, s->bytes, password);
}

static bool
opens_seven(struct reading *r, void *owner, const char *password)
{
	struct sealed *s = owner;
	struct buf plain;
	bool sure, good;

	buf_init(&plain, s->bytes.len + MORE);
	good = sevenzip_decrypt(s->seven, password, &plain, &sure) &&
	       (sure || is_right(r, s, (struct span){ plain.data, plain.len },
			    NULL));
	if (good)
		s->plain = keep(r, &plain);
	buf_free(&plain);
	return good;
}

static void
read_open(struct reading *r, struct node *n, void *owner, const char *password)
{
	const struct sealed *s = owner;

	if (s->seven == NULL)
		archive_read_rest(r, n, s->bytes, password, s->left);
	else
		archive_read_rest(r, n, s->plain, NULL, s->left);
}

bool
sealed_wait(struct reading *r, struct node *n, struct span bytes,
    struct span left, bool zip, const char *what)
{
	static const struct unlocker for_zip = { opens_zip, read_open };
	static const struct unlocker for_seven = { opens_seven, read_open };
	struct arena *a = r->message->arena;
	struct sealed *s = arena_get(a, sizeof *s);

	s->seven = zip ? NULL : sevenzip_new(r, bytes);
	if (!zip && s->seven == NULL)
		return false;
	s->bytes = bytes;
	s->left = (struct span){ (unsigned char *)arena_copy(a,
				     (const char *)left.at, left.len),
		left.len };
	unlock_later(r, n, zip ? &for_zip : &for_seven, s, what);
	return true;
}
