/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "milter/mail/compound.h"
#include "milter/mail/mapi.h"
#include "milter/mail/zip.h"
#include "milter/base/banned.h"

enum {
	END_SIZE = 22,
	ENTRY_SIZE = 46,
	LOCAL_SIZE = 30,
	COMMENT_MOST = 65535,
	ENTRIES_MOST = 65535,
	END64_SIZE = 56,
	LOCATOR_SIZE = 20,
	EXTRA64 = 1, /* the field with what does not fit in 32 bits */
	FLAG_ENCRYPTED = 1,
	FLAG_DESCRIPTOR = 8 /* sizes stand behind the data */
};

/* The bytes of the file that a member takes. */
struct range {
	size_t begin, end;
};

struct zip {
	struct reading *r;
	struct node *n;
	struct span s;
	size_t last,
	    end; /* the end record, and that of zip64 if there is one */
	size_t directory;
	size_t base; /* bytes in front of the zip */
	size_t declared; /* members by the end record, of which it has 16 bits
			  */
	struct range *ranges;
	struct span *names;
	size_t count;
};

/* What one of the two lists says of a member. */
struct entry {
	unsigned flags, method;
	uint64_t packed, offset; /* offset in the directory only */
	struct span name, extra;
	size_t size; /* of this header */
};

static uint64_t
number(const struct zip *z, size_t at, size_t bytes)
{
	uint64_t n = 0;

	for (size_t i = bytes; i-- > 0;)
		n = n << 8 | z->s.at[at + i];
	return n;
}

static bool
is_at(const struct zip *z, size_t at, const char *signature)
{
	return at + 4 <= z->s.len && memcmp(z->s.at + at, signature, 4) == 0;
}

static void
conflict(const struct zip *z, const char *what, struct span seen)
{
	reading_mark(z->r, z->n, MARK_CONTAINER_CONFLICT, z->n->whole.at,
	    "zip: %s: %s", what, reading_seen(z->r, seen));
}

/* Size and offset of the directory and where it ends, from the end record of
 * zip64 in front of the one at this place; false if there is none. */
static bool
ends64_at(const struct zip *z, size_t at, uint64_t *size, uint64_t *offset,
    size_t *end)
{
	if (at < LOCATOR_SIZE + END64_SIZE ||
	    !is_at(z, at - LOCATOR_SIZE, "PK\006\007"))
		return false;
	*end = at - LOCATOR_SIZE - END64_SIZE;
	if (!is_at(z, *end, "PK\006\006"))
		return false;
	*size = number(z, *end + 40, 8);
	*offset = number(z, *end + 48, 8);
	return true;
}

/* An end record at this place, whose directory lies in front of it. */
static bool
ends_at(struct zip *z, size_t at)
{
	uint64_t size, offset;
	size_t end = at;

	if (at + END_SIZE > z->s.len || !is_at(z, at, "PK\005\006"))
		return false;
	if (!ends64_at(z, at, &size, &offset, &end)) {
		size = number(z, at + 12, 4);
		offset = number(z, at + 16, 4);
	}
	if (size > end || offset > end - size)
		return false;
	z->last = at;
	z->end = end;
	z->declared = number(z, at + 10, 2);
	z->directory = end - (size_t)size;
	z->base = z->directory - (size_t)offset;
	return size == 0 || is_at(z, z->directory, "PK\001\002");
}

/* The last end record, which is what nearly all tools take; whether there is
 * another that would do. */
static bool
find_end(struct zip *z, bool *another)
{
	size_t from = z->s.len < END_SIZE ? 0 : z->s.len - END_SIZE;
	size_t back = from < COMMENT_MOST ? from : COMMENT_MOST;
	struct zip other = *z;
	bool found = false;

	*another = false;
	for (size_t at = from + 1; at-- > from - back;) {
		if (!ends_at(found ? &other : z, at))
			continue;
		/* that of a zip that is a member begins elsewhere */
		if (found && other.base == z->base)
			return *another = true;
		found = true;
	}
	return found;
}

/* The next of the 64-bit numbers in *s for what is not in 32. */
static void
take64(struct span *s, uint64_t *value)
{
	uint64_t low, high;

	if (*value != UINT32_MAX || s->len < 8)
		return;
	low = mapi_number(s, 4);
	high = mapi_number(s, 4);
	*value = high << 32 | low;
}

/* Sizes and place of a member that is of zip64 (APPNOTE 4.5.3). */
static void
read_extra64(struct entry *e, bool large)
{
	struct span s = e->extra;
	uint64_t unpacked = large ? UINT32_MAX : 0;

	while (s.len >= 4) {
		unsigned id = (unsigned)mapi_number(&s, 2);
		size_t len = mapi_number(&s, 2);

		if (id == EXTRA64) {
			s.len = len < s.len ? len : s.len;
			take64(&s, &unpacked);
			take64(&s, &e->packed);
			take64(&s, &e->offset);
			return;
		}
		s = span_from(s, len);
	}
}

static bool
read_entry(const struct zip *z, size_t at, struct entry *e)
{
	size_t name, rest;

	if (at + ENTRY_SIZE > z->end || !is_at(z, at, "PK\001\002"))
		return false;
	name = number(z, at + 28, 2);
	rest = number(z, at + 30, 2) + number(z, at + 32, 2);
	if (name + rest > z->end - at - ENTRY_SIZE)
		return false;
	e->flags = (unsigned)number(z, at + 8, 2);
	e->method = (unsigned)number(z, at + 10, 2);
	e->packed = number(z, at + 20, 4);
	e->offset = number(z, at + 42, 4);
	e->name = (struct span){ z->s.at + at + ENTRY_SIZE, name };
	e->extra = (struct span){ z->s.at + at + ENTRY_SIZE + name,
		(size_t)number(z, at + 30, 2) };
	e->size = ENTRY_SIZE + name + rest;
	read_extra64(e, number(z, at + 24, 4) == UINT32_MAX);
	return true;
}

static bool
read_local(const struct zip *z, size_t at, struct entry *e)
{
	size_t name, rest;

	if (z->s.len < LOCAL_SIZE || at > z->s.len - LOCAL_SIZE ||
	    !is_at(z, at, "PK\003\004"))
		return false;
	name = number(z, at + 26, 2);
	rest = number(z, at + 28, 2);
	if (name + rest > z->s.len - at - LOCAL_SIZE)
		return false;
	e->flags = (unsigned)number(z, at + 6, 2);
	e->method = (unsigned)number(z, at + 8, 2);
	e->packed = number(z, at + 18, 4);
	e->name = (struct span){ z->s.at + at + LOCAL_SIZE, name };
	e->size = LOCAL_SIZE + name + rest;
	return true;
}

/* Windows writers put backslashes into one of the two. */
static bool
same_name(struct span a, struct span b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++) {
		int x = a.at[i] == '\\' ? '/' : a.at[i];
		int y = b.at[i] == '\\' ? '/' : b.at[i];

		if (x != y)
			return false;
	}
	return true;
}

static void
compare(const struct zip *z, const struct entry *e, const struct entry *local)
{
	bool sized = (local->flags & FLAG_DESCRIPTOR) == 0 &&
		     e->packed != UINT32_MAX && local->packed != UINT32_MAX;

	if (!same_name(e->name, local->name))
		conflict(z, "a member has another name in front of it",
		    local->name);
	if (e->method != local->method)
		conflict(z, "a member has two methods", e->name);
	if ((e->flags ^ local->flags) & FLAG_ENCRYPTED)
		conflict(z, "a member is encrypted in one list only", e->name);
	if (sized && e->packed != local->packed)
		conflict(z, "a member has two sizes", e->name);
}

/* Compares a member of the directory with what stands at its place. */
static void
look_at(struct zip *z, const struct entry *e)
{
	struct entry local;
	size_t begin = z->base + (size_t)e->offset;

	z->names[z->count] = e->name;
	z->ranges[z->count++] = (struct range){ z->directory, z->directory };
	if (e->offset > z->s.len || !read_local(z, begin, &local)) {
		conflict(z, "no member where the directory says", e->name);
		return;
	}
	compare(z, e, &local);
	z->ranges[z->count - 1] = (struct range){ begin,
		e->packed > z->s.len ? z->s.len
				     : begin + local.size + (size_t)e->packed };
}

static int
by_begin(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	return (x->begin > y->begin) - (x->begin < y->begin);
}

/* Four bytes and some numbers can be chance in a program that unpacks itself:
 * its name and version must be such as writers make. */
static bool
is_likely(const struct zip *z, size_t at, const struct entry *e)
{
	if (number(z, at + 4, 1) > 63 || e->method > 99 || e->name.len == 0 ||
	    e->name.len > 1024)
		return false;
	for (size_t i = 0; i < e->name.len; i++)
		if (e->name.at[i] < ' ')
			return false;
	return true;
}

/* Is there the header of a member in these bytes, which no member takes? */
static void
look_into_gap(const struct zip *z, size_t from, size_t to)
{
	struct entry e;

	while (from < to) {
		const unsigned char *at =
		    memmem(z->s.at + from, to - from, "PK\003\004", 4);

		if (at == NULL)
			return;
		from = (size_t)(at - z->s.at) + 1;
		if (!read_local(z, from - 1, &e) || !is_likely(z, from - 1, &e))
			continue;
		conflict(z, "a member that the directory lacks", e.name);
		return;
	}
}

/* Data that several members share makes a small file a bomb (Fifield, 2019);
 * a member between the others is one that no directory has. */
static void
look_between(struct zip *z)
{
	struct span nothing = { NULL, 0 };
	/* What stands in front of a zip inside a document is the document's. */
	size_t end = compound_is(z->s) ? z->base : 0;

	qsort(z->ranges, z->count, sizeof *z->ranges, by_begin);
	for (size_t i = 0; i <= z->count; i++) {
		size_t begin = i < z->count ? z->ranges[i].begin : z->directory;

		if (begin < end) {
			conflict(z, "members overlap", nothing);
			return;
		}
		look_into_gap(z, end, begin);
		if (i < z->count)
			end = z->ranges[i].end;
	}
}

/* The end record of zip64 counts where the old one has no room for a number.
 * Tools that do not know it take the old one always. */
static void
look_at_ends(const struct zip *z)
{
	struct span nothing = { NULL, 0 };
	uint64_t size = number(z, z->last + 12, 4);

	if (z->end != z->last && size != UINT32_MAX &&
	    size != z->end - z->directory)
		conflict(z, "two end records that differ", nothing);
}

static int
by_name(const void *a, const void *b)
{
	const struct span *x = a, *y = b;
	size_t len = x->len < y->len ? x->len : y->len;
	int order = len == 0 ? 0 : memcmp(x->at, y->at, len);

	return order != 0 ? order : (x->len > y->len) - (x->len < y->len);
}

/* Of two members of one name some tools take the first, others the last. */
static void
look_for_twins(struct zip *z)
{
	qsort(z->names, z->count, sizeof *z->names, by_name);
	for (size_t i = 1; i < z->count; i++)
		if (by_name(&z->names[i - 1], &z->names[i]) == 0) {
			conflict(z, "two members of one name", z->names[i]);
			return;
		}
}

size_t
zip_check(struct reading *r, struct node *n, struct span bytes)
{
	struct zip z = { .r = r, .n = n, .s = bytes };
	struct span nothing = { NULL, 0 };
	struct entry e;
	size_t entries;
	bool another;

	if (bytes.len < END_SIZE || !find_end(&z, &another))
		return SIZE_MAX;
	if (another)
		conflict(&z, "two directories", nothing);
	entries = (z.end - z.directory) / ENTRY_SIZE;
	if (entries > ENTRIES_MOST)
		entries = ENTRIES_MOST;
	z.ranges =
	    arena_get(r->message->arena, (entries + 1) * sizeof *z.ranges);
	z.names = arena_get(r->message->arena, (entries + 1) * sizeof *z.names);
	for (size_t at = z.directory; z.count < entries; at += e.size) {
		if (!read_entry(&z, at, &e))
			break;
		look_at(&z, &e);
	}
	if (z.count < ENTRIES_MOST && (z.count & 0xffff) != z.declared)
		conflict(&z, "the directory has another number of members",
		    nothing);
	look_at_ends(&z);
	look_between(&z);
	look_for_twins(&z);
	return z.count;
}

bool
zip_ends(struct span bytes)
{
	struct zip z = { .s = bytes };
	bool another;

	return bytes.len >= END_SIZE && find_end(&z, &another);
}
