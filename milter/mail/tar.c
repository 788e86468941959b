/* SPDX-License-Identifier: ISC */
#include <string.h>
#include <strings.h>

#include "milter/mail/tar.h"
#include "milter/base/banned.h"

enum {
	BLOCK = 512,
	NAME = 100,
	EXTENDED_MOST = 65536, /* of one pax header */
	ENDING_MOST = 12
};

void
tar_init(struct tar *t, struct reading *r, struct node *n)
{
	*t = (struct tar){ .r = r, .n = n };
	buf_init(&t->extended, EXTENDED_MOST);
}

void
tar_free(struct tar *t)
{
	buf_free(&t->extended);
}

static void
conflict(struct tar *t, const char *what, struct span seen)
{
	reading_mark(t->r, t->n, MARK_CONTAINER_CONFLICT, t->n->whole.at,
	    "tar: %s: %s", what, reading_seen(t->r, seen));
}

/* A number in octal digits, or in binary when its first bit is set. */
static uint64_t
number(const unsigned char *at, size_t len)
{
	uint64_t n = 0;
	size_t i = 0;

	if (at[0] & 0x80) {
		for (i = 1; i < len; i++)
			n = n << 8 | at[i];
		return n;
	}
	while (i < len && at[i] == ' ')
		i++;
	for (; i < len && at[i] >= '0' && at[i] <= '7'; i++)
		n = n << 3 | (uint64_t)(at[i] - '0');
	return n;
}

/* The sum of the bytes with blanks in the place of the sum. */
static bool
is_header(const unsigned char *b)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < BLOCK; i++)
		sum += i >= 148 && i < 156 ? ' ' : b[i];
	return sum == number(b + 148, 8) && sum > 8 * ' ';
}

/* The value of a pax record ("30 path=...\n"), empty if there is none. */
static struct span
pax(struct span s, const char *key)
{
	struct span line, nothing = { NULL, 0 };

	while (span_line(&s, &line)) {
		line = span_from(span_chomp(line), span_find(line, ' ') + 1);
		if (line.len > strlen(key) && span_starts(line, key))
			return span_from(line, strlen(key));
	}
	return nothing;
}

/* What stands behind the last dot of a name, empty if there is none. */
static struct span
ending(struct span s)
{
	for (size_t i = s.len; i-- > 0 && s.len - i <= ENDING_MOST;)
		if (s.at[i] == '.')
			return span_from(s, i + 1);
		else if (s.at[i] == '/')
			break;
	return (struct span){ NULL, 0 };
}

static bool
same(struct span a, struct span b)
{
	return a.len == b.len &&
	       (a.len == 0 || strncasecmp((const char *)a.at,
				  (const char *)b.at, a.len) == 0);
}

/* A writer that cuts off a long name, or one that has no ASCII, is honest. */
static bool
is_whole(struct span name)
{
	if (name.len == 0 || name.len >= NAME - 1)
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (name.at[i] < ' ' || name.at[i] > '~' || name.at[i] == '?')
			return false;
	return true;
}

static void
compare(struct tar *t, uint64_t size)
{
	struct span all = { (const unsigned char *)buf_text(&t->extended),
		t->extended.len };
	struct span name = { t->block, NAME }, other = all, digits;
	uint64_t n = 0;

	name.len = span_find(name, 0);
	if (t->kind == 'x') {
		other = pax(all, "path=");
		digits = pax(all, "size=");
		for (size_t i = 0; i < digits.len && i < 19; i++)
			n = n * 10 + (uint64_t)(digits.at[i] - '0');
		/* No octal number is larger. */
		if (digits.len > 0 && n != size && n < 1ull << 33)
			conflict(t, "a member has two sizes", name);
	} else {
		other.len = span_find(other, 0);
	}
	if (other.len > 0 && is_whole(name) &&
	    !same(ending(name), ending(other)))
		conflict(t, "a member has another name too", other);
}

/* A member, or the header of one. */
static void
begin(struct tar *t)
{
	uint64_t size = number(t->block + 124, 12);
	char kind = (char)t->block[156];

	if (t->ended)
		conflict(t, "a member behind the end",
		    (struct span){ t->block,
			span_find((struct span){ t->block, NAME }, 0) });
	t->skip = (size + BLOCK - 1) / BLOCK * BLOCK;
	if (kind == 'x' || kind == 'L') {
		buf_clear(&t->extended);
		t->kind = kind;
		t->collect = size;
		return;
	}
	if (kind == 'g' || kind == 'K')
		return;
	if (t->kind != 0)
		compare(t, size);
	t->kind = 0;
}

static void
take_block(struct tar *t)
{
	if (is_header(t->block)) {
		t->empty = 0;
		begin(t);
		return;
	}
	for (size_t i = 0; i < BLOCK; i++)
		if (t->block[i] != 0)
			return;
	t->ended |= ++t->empty == 2;
}

/* Passes over data, which is kept when it is a header's; how much. */
static size_t
pass(struct tar *t, const unsigned char *bytes, size_t len)
{
	size_t kept;

	if (t->skip < len)
		len = (size_t)t->skip;
	kept = t->collect < len ? (size_t)t->collect : len;
	/* What a longer one says is the library's to read. */
	(void)buf_add(&t->extended, bytes, kept);
	t->collect -= kept;
	t->skip -= len;
	return len;
}

void
tar_feed(struct tar *t, const unsigned char *bytes, size_t len)
{
	while (len > 0) {
		size_t took;

		if (t->skip > 0) {
			took = pass(t, bytes, len);
		} else {
			took = BLOCK - t->have < len ? BLOCK - t->have : len;
			memcpy(t->block + t->have, bytes, took);
			t->have += took;
		}
		bytes += took;
		len -= took;
		if (t->have == BLOCK) {
			t->have = 0;
			take_block(t);
		}
	}
}
