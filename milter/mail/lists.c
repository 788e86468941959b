/* SPDX-License-Identifier: ISC */
#include <archive_entry.h>
#include <string.h>

#include "milter/base/count.h"
#include "milter/mail/opened.h"
#include "milter/mail/tar.h"
#include "milter/mail/lists.h"
#include "milter/mail/zip.h"
#include "milter/base/banned.h"

enum {
	RATIO_FROM = 8 << 20,
	BLOCK = 65536,
	ENDING = 3 /* letters that every list has room for */
};

static void
conflict(struct reading *r, struct node *n, const char *what)
{
	reading_mark(r, n, MARK_CONTAINER_CONFLICT, n->whole.at, "%s", what);
}

static void
check_zip(struct reading *r, struct node *n, struct span bytes, size_t members)
{
	size_t listed = zip_check(r, n, bytes);

	if (members != SIZE_MAX && listed != SIZE_MAX && members != listed)
		conflict(r, n,
		    arena_printf(r->message->arena,
			"zip: %zu members in the directory, %zu found", listed,
			members));
}

/* As for what is taken out (archive.c): the rest of a small tar can be a bomb
 * behind its end. */
static size_t
room(const struct reading *r, struct span bytes)
{
	size_t most = bytes.len * r->limits->ratio;

	if (most < RATIO_FROM)
		most = RATIO_FROM;
	return most < r->limits->decoded ? most : r->limits->decoded;
}

/* Unpacked once more, since what was taken out no longer has its headers. */
static void
check_tar(struct reading *r, struct node *n, struct span bytes)
{
	struct archive *a = opened_new(bytes, OPENED_RAW, NULL);
	struct archive_entry *e;
	size_t left = room(r, bytes);
	unsigned char block[BLOCK];
	struct tar t;
	ssize_t len;

	if (a == NULL)
		return;
	tar_init(&t, r, n);
	if (archive_read_next_header(a, &e) == ARCHIVE_OK)
		while (left > 0 &&
		       (len = archive_read_data(a, block, sizeof block)) > 0) {
			tar_feed(&t, block, (size_t)len);
			left -= (size_t)len < left ? (size_t)len : left;
		}
	if (left == 0)
		reading_mark(r, n, MARK_LIMIT, n->whole.at,
		    "scan_ratio: behind the members of a tar");
	tar_free(&t);
	archive_read_free(a);
}

/* What one of the lists says, in no order: how many files, and the sum of a
 * hash of each one's size and ending. */
struct list {
	size_t count;
	uint64_t sum;
};

static uint64_t
hash_of(struct archive_entry *e)
{
	const char *name = archive_entry_pathname(e), *dot;
	uint64_t hash = 14695981039346656037u;
	size_t i;

	if (name == NULL)
		name = archive_entry_pathname_utf8(e);
	dot = name == NULL ? NULL : strrchr(name, '.');
	for (i = 1; dot != NULL && i <= ENDING && dot[i] != '\0'; i++)
		hash = (hash ^ (unsigned char)(dot[i] | 0x20)) * 1099511628211u;
	return (hash ^ (uint64_t)archive_entry_size(e)) * 1099511628211u;
}

static struct list
read_list(struct span bytes, enum opened what)
{
	struct archive *a = opened_new(bytes, what, NULL);
	struct list list = { 0, 0 };
	struct archive_entry *e;

	if (a == NULL)
		return list;
	while (archive_read_next_header(a, &e) >= ARCHIVE_WARN) {
		if (archive_entry_filetype(e) != AE_IFREG)
			continue;
		list.count++;
		list.sum += hash_of(e);
	}
	archive_read_free(a);
	return list;
}

static void
check_iso(struct reading *r, struct node *n, struct span bytes)
{
	static const enum opened views[] = { OPENED_ISO_JOLIET, OPENED_ISO_ROCK,
		OPENED_ISO_PLAIN };
	struct list best = read_list(bytes, OPENED_ISO);

	for (size_t i = 0; i < COUNT(views); i++) {
		struct list other = read_list(bytes, views[i]);

		if (other.count == best.count && other.sum == best.sum)
			continue;
		conflict(r, n, "iso: its lists have other files");
		return;
	}
}

void
lists_check(struct reading *r, struct node *n, struct span bytes, int format,
    size_t members)
{
	switch (format & ARCHIVE_FORMAT_BASE_MASK) {
	case ARCHIVE_FORMAT_ZIP:
		check_zip(r, n, bytes, members);
		break;
	case ARCHIVE_FORMAT_TAR:
		/* Else a limit or a fault was told already. */
		if (members != SIZE_MAX)
			check_tar(r, n, bytes);
		break;
	case ARCHIVE_FORMAT_ISO9660:
		check_iso(r, n, bytes);
		break;
	default:
		break;
	}
}
