/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/mail/archive.h"
#include "milter/mail/sealed.h"
#include "milter/mail/sevenzip.h"
#include "milter/mail/unlock.h"
#include "milter/base/banned.h"

enum { MORE = 17 << 20 /* that other lists may take */ };

/* An archive that waits. */
struct sealed {
	struct sevenzip *seven;
	struct span bytes, left;
	struct span plain; /* once it opened */
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
is_right(struct reading *r, const struct sealed *s, const struct buf *plain)
{
	const unsigned char *first =
	    s->left.len == 0 ? NULL : memchr(s->left.at, 1, s->left.len);
	struct buf member;
	bool good;

	if (first == NULL)
		return false;
	buf_init(&member, r->limits->member);
	good = archive_member((struct span){ plain->data, plain->len },
	    (size_t)(first - s->left.at), &member);
	buf_free(&member);
	return good;
}

static bool
opens(struct reading *r, void *owner, const char *password)
{
	struct sealed *s = owner;
	struct buf plain;
	bool sure, good;

	buf_init(&plain, s->bytes.len + MORE);
	good = sevenzip_decrypt(s->seven, password, &plain, &sure) &&
	       (sure || is_right(r, s, &plain));
	if (good)
		s->plain = keep(r, &plain);
	buf_free(&plain);
	return good;
}

static void
read_open(struct reading *r, struct node *n, void *owner, const char *password)
{
	const struct sealed *s = owner;

	(void)password;
	archive_read_rest(r, n, s->plain, s->left);
}

bool
sealed_wait(struct reading *r, struct node *n, struct span bytes,
    struct span left, const char *what)
{
	static const struct unlocker how = { opens, read_open };
	struct arena *a = r->message->arena;
	struct sealed *s = arena_get(a, sizeof *s);

	s->seven = sevenzip_new(r, bytes);
	if (s->seven == NULL)
		return false;
	s->bytes = bytes;
	s->left = (struct span){ (unsigned char *)arena_copy(a,
				     (const char *)left.at, left.len),
		left.len };
	unlock_later(r, n, &how, s, what);
	return true;
}
