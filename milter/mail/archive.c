/* SPDX-License-Identifier: ISC */
#include <archive_entry.h>
#include <string.h>

#include "milter/base/buf.h"
#include "milter/base/count.h"
#include "milter/mail/archive.h"
#include "milter/mail/charset.h"
#include "milter/mail/lists.h"
#include "milter/mail/odflock.h"
#include "milter/mail/opened.h"
#include "milter/mail/rar.h"
#include "milter/mail/sealed.h"
#include "milter/mail/unpack.h"
#include "milter/mail/zip.h"
#include "milter/base/banned.h"

/* Below this much output no ratio is suspicious: a zip of zeros or of a log
 * shrinks a thousandfold. */
enum {
	RATIO_FROM = 8 << 20,
	BLOCK = 65536,
	NAMES_SHOWN = 8,
	LEFT_MOST = 1 << 20 /* members; more are read twice */
};

/* What is read, and as what. */
struct source {
	struct span bytes;
	enum opened what;
};

/* One archive being read. */
struct walk {
	struct reading *r;
	struct node *n;
	struct archive *a;
	size_t packed; /* bytes of the archive */
	size_t unpacked; /* bytes taken out so far */
	struct source source;
	const char *password; /* for the encrypted ones alone, or NULL */
	size_t members; /* found, SIZE_MAX when not all were looked for */
	int encrypted; /* of them, that are and were not read */
	struct buf names; /* of those, the first few */
	size_t index; /* of the member */
	struct buf left; /* a byte for each: was it left out, as encrypted? */
	struct span read; /* the same of another walk: 0 if it read it */
};

static const struct {
	size_t at;
	const char *magic;
	size_t len;
	bool filter; /* compresses one stream, which may be no archive */
} magics[] = {
	{ 0, "PK\003\004", 4, false },
	{ 0, "PK\005\006", 4, false },
	{ 0, "PK\007\010PK\003\004", 8, false },
	{ 0, "PK00PK\003\004", 8, false },
	{ 0, "7z\274\257\047\034", 6, false },
	{ 0, "Rar!\032\007", 6, false },
	{ 0, "MSCF\0\0\0\0", 8, false },
	{ 0, "!<arch>\n", 8, false },
	{ 0, "070707", 6, false },
	{ 0, "070701", 6, false },
	{ 0, "070702", 6, false },
	{ 257, "ustar", 5, false },
	{ 0x8001, "CD001", 5, false },
	{ 2, "-lh", 3, false },
	{ 2, "-lz", 3, false },
	{ 2, "-pm", 3, false },
	{ 0, "\037\213\010", 3, true },
	{ 0, "BZh", 3, true },
	{ 0, "\3757zXZ\0", 6, true },
	{ 0, "\050\265\057\375", 4, true },
	{ 0, "\037\235", 2, true },
	{ 0, "LZIP", 4, true },
	{ 0, "]\0\0", 3, true },
};

static bool
has_magic(struct span s, size_t i)
{
	return s.len >= magics[i].at + magics[i].len &&
	       memcmp(s.at + magics[i].at, magics[i].magic, magics[i].len) == 0;
}

/* A zip is read from its end: whatever stands in front (a program that unpacks
 * itself, a picture), tools open it. */
static bool
ends_as_zip(struct span s)
{
	enum { END = 22, COMMENT = 65535 };
	size_t back = s.len < END + COMMENT ? s.len : END + COMMENT;

	if (s.len < END)
		return false;
	return memmem(s.at + s.len - back, back, "PK\005\006", 4) != NULL;
}

static bool
has_method(const unsigned char *dash)
{
	return memcmp(dash, "-lh", 3) == 0 || memcmp(dash, "-lz", 3) == 0 ||
	       memcmp(dash, "-pm", 3) == 0;
}

/*
 * Tools look for the first header of an lha in what stands before it; scanners
 * do not (measured: one byte of junk in front, and libclamav is silent). The
 * header: its size, a checksum, "-lh5-" ..., at 20 its level, which is 0 to 3.
 */
static struct span
find_lha(struct span s)
{
	enum { JUNK = 65536, HEADER = 21 };
	struct span none = { NULL, 0 };

	for (size_t at = 2; at < JUNK && at < s.len; at++) {
		const unsigned char *dash = memchr(s.at + at, '-', s.len - at);

		if (dash == NULL)
			return none;
		at = (size_t)(dash - s.at);
		if (s.len - at >= HEADER - 2 && dash[4] == '-' &&
		    dash[18] <= 3 && has_method(dash))
			return span_from(s, at - 2);
	}
	return none;
}

bool
archive_begins(struct span bytes)
{
	for (size_t i = 0; i < COUNT(magics); i++)
		if (has_magic(bytes, i))
			return true;
	return false;
}

/* From where libarchive reads it; empty when it is no archive. */
static struct span
find_start(struct span s)
{
	return archive_begins(s) || ends_as_zip(s) ? s : find_lha(s);
}

bool
archive_is(struct span bytes)
{
	return find_start(bytes).len > 0;
}

static bool
is_filtered(struct span bytes)
{
	for (size_t i = 0; i < COUNT(magics); i++)
		if (magics[i].filter && has_magic(bytes, i))
			return true;
	return false;
}

/* Names in a zip of Japanese Windows are CP932 without saying so. */
static const char *
name_of(struct walk *w, struct archive_entry *e)
{
	const char *raw = archive_entry_pathname(e);

	if (raw == NULL)
		raw = archive_entry_pathname_utf8(e);
	if (raw == NULL || (archive_format(w->a) == ARCHIVE_FORMAT_RAW &&
			       strcmp(raw, "data") == 0))
		return NULL;
	return charset_decode(w->r->message->arena, "", span_string(raw), NULL);
}

/* How many bytes the next member may have, and which limit says so. */
static size_t
room(const struct walk *w, const char **limit)
{
	const struct message_limits *l = w->r->limits;
	size_t most = l->member, ratio = w->packed * l->ratio;

	*limit = "scan_member";
	if (ratio < RATIO_FROM)
		ratio = RATIO_FROM;
	ratio = ratio > w->unpacked ? ratio - w->unpacked : 0;
	if (ratio < most) {
		most = ratio;
		*limit = "scan_ratio";
	}
	if (l->decoded - w->r->decoded < most) {
		most = l->decoded - w->r->decoded;
		*limit = "scan_decoded";
	}
	return most;
}

/* Reads the member into bytes. 1, 0 at a limit, or libarchive's error. */
static int
read_bytes(struct walk *w, struct buf *bytes)
{
	char block[BLOCK];
	ssize_t n;

	while ((n = archive_read_data(w->a, block, sizeof block)) > 0)
		if (buf_add(bytes, block, (size_t)n) == -1)
			return 0;
	return n < 0 ? (int)n : 1;
}

static void
mark_limit(struct walk *w, const char *limit, const char *name)
{
	reading_mark(w->r, w->n, MARK_LIMIT, w->n->whole.at, "%s: %.200s",
	    limit, name == NULL ? "a member" : name);
}

static void
mark_broken(struct walk *w, const char *name)
{
	const char *words = archive_error_string(w->a);

	if (words == NULL)
		words = "broken";
	reading_mark(w->r, w->n, MARK_UNDECODED, w->n->whole.at,
	    "archive: %.*s%s%.200s", (int)strcspn(words, "\n"), words,
	    name == NULL ? "" : ": ", name == NULL ? "" : name);
}

/* Formats whose lists are encrypted too say so only in words. */
static bool
says_encrypted(struct walk *w)
{
	const char *words = archive_error_string(w->a);

	return words != NULL && (strcasestr(words, "encrypt") != NULL ||
				    strcasestr(words, "crypto") != NULL);
}

static void
note_encrypted(struct walk *w, const char *name)
{
	if (w->encrypted++ < NAMES_SHOWN)
		buf_printf(&w->names, "%s%.100s", w->encrypted > 1 ? ", " : "",
		    name == NULL ? "?" : name);
}

static bool
add_member(struct walk *w, const char *name, const struct buf *bytes)
{
	struct arena *a = w->r->message->arena;
	size_t len = reading_take(w->r, w->n, bytes->len);
	struct span s = { (unsigned char *)arena_copy(a, buf_text(bytes), len),
		len };

	w->unpacked += len;
	return unpack_member(w->r, w->n, name, s) != NULL;
}

/* By its attributes, which do not keep it from having bytes. */
static bool
is_folder(struct archive_entry *e)
{
	return archive_entry_filetype(e) == AE_IFDIR;
}

/* Is there something in the member that no other walk read? And notes what this
 * one does. */
static bool
is_wanted(struct walk *w, struct archive_entry *e)
{
	unsigned char encrypted = archive_entry_is_encrypted(e) != 0;
	size_t i = w->index++;

	(void)buf_add(&w->left, &encrypted, 1);
	if (is_folder(e) && archive_entry_size(e) <= 0)
		return false;
	return i >= w->read.len || w->read.at[i] != 0;
}

/* At the end of some archives libarchive reads less than there is. */
static bool
is_short(struct archive_entry *e, size_t len)
{
	return archive_entry_filetype(e) != AE_IFLNK && !is_folder(e) &&
	       archive_entry_hardlink(e) == NULL &&
	       archive_entry_size(e) > (int64_t)len;
}

/* Says what kept a member from being read whole. */
static void
tell_result(struct walk *w, struct archive_entry *e, int result, size_t len,
    const char *limit)
{
	const char *name = name_of(w, e);

	if (result == 0)
		mark_limit(w, limit, name);
	else if (result != 1 && says_encrypted(w)) {
		note_encrypted(w, name);
		if (w->index <= w->left.len)
			w->left.data[w->index - 1] = 1;
	} else if (result != 1)
		mark_broken(w, name);
	else if (is_short(e, len))
		reading_mark(w->r, w->n, MARK_UNDECODED, w->n->whole.at,
		    "archive: shorter than it says: %.200s",
		    name == NULL ? "a member" : name);
}

/* One member; false when nothing more can be read. */
static bool
take(struct walk *w, struct archive_entry *e)
{
	const char *name = name_of(w, e), *limit;
	struct buf bytes;
	bool more = true;
	int result;

	if (!is_wanted(w, e))
		return true;
	if (w->password == NULL && archive_entry_is_encrypted(e)) {
		note_encrypted(w, name);
		return true;
	}
	buf_init(&bytes, room(w, &limit));
	result = read_bytes(w, &bytes);
	tell_result(w, e, result, bytes.len, limit);
	if ((result == 1 && !is_folder(e)) || bytes.len > 0)
		more = add_member(w, name, &bytes);
	buf_free(&bytes);
	return more && result != ARCHIVE_FATAL &&
	       (result != 0 || strcmp(limit, "scan_member") == 0);
}

static void
read_members(struct walk *w)
{
	struct archive_entry *e;
	int result;

	while ((result = archive_read_next_header(w->a, &e)) == ARCHIVE_OK ||
	       result == ARCHIVE_WARN) {
		w->members++;
		if (!take(w, e)) {
			w->members = SIZE_MAX;
			return;
		}
	}
	if (result == ARCHIVE_EOF)
		return;
	w->members = SIZE_MAX;
	if (says_encrypted(w))
		note_encrypted(w, "the list of members");
	else
		mark_broken(w, NULL);
}

static bool
is_zip(struct archive *a)
{
	return (archive_format(a) & ARCHIVE_FORMAT_BASE_MASK) ==
	       ARCHIVE_FORMAT_ZIP;
}

/* Of the formats here, libarchive decrypts zip alone. */
static void
tell_encrypted(struct walk *w)
{
	const char *what = arena_printf(w->r->message->arena, "%d members: %s",
	    w->encrypted, buf_text(&w->names));
	struct span left = { (const unsigned char *)buf_text(&w->left),
		w->left.len };

	if (w->encrypted == 0)
		return;
	if (w->password != NULL ||
	    !sealed_wait(w->r, w->n, w->source.bytes, left, is_zip(w->a), what))
		reading_mark(w->r, w->n, MARK_OPAQUE, w->n->whole.at, "%s",
		    what);
}

static void
read_with(struct reading *r, struct node *n, struct source source,
    const char *password, struct span read)
{
	struct walk w = { .r = r,
		.n = n,
		.packed = source.bytes.len,
		.source = source,
		.password = password,
		.read = read };

	w.a = opened_new(source.bytes, source.what, password);
	if (w.a == NULL) {
		reading_mark(r, n, MARK_UNDECODED, n->whole.at,
		    "archive: no memory");
		return;
	}
	buf_init(&w.names, 4096);
	buf_init(&w.left, LEFT_MOST);
	read_members(&w);
	if (password == NULL) {
		lists_check(r, n, source.bytes, archive_format(w.a), w.members);
		if (is_zip(w.a))
			odflock_check(r, n);
	}
	tell_encrypted(&w);
	buf_free(&w.names);
	buf_free(&w.left);
	archive_read_free(w.a);
}

static const struct span all = { NULL, 0 };

static void
read_one(struct reading *r, struct node *n, struct span s, bool zip_too)
{
	enum opened what = zip_too ? OPENED_OTHER : OPENED_ALL;

	if (is_filtered(s))
		what = zip_too ? OPENED_OTHER_STREAM : OPENED_STREAM;
	if (!rar_read(r, n, s))
		read_with(r, n, (struct source){ s, what }, NULL, all);
}

/* What begins as another archive and ends as a zip is two: which one is opened
 * depends on the program, and here too only one of them would be. */
void
archive_read(struct reading *r, struct node *n, struct span bytes)
{
	struct span s = find_start(bytes);
	bool two = !span_starts(s, "PK") && archive_begins(s) && zip_ends(s);

	read_one(r, n, s, two);
	if (two)
		read_with(r, n, (struct source){ s, OPENED_ZIP }, NULL, all);
}

/* Those that wait for a password are zip, which may stand behind anything, or
 * were written again as 7z and rar. */
static struct source
waiting(struct span bytes)
{
	bool other = span_starts(bytes, "7z") || span_starts(bytes, "Rar!");

	return (struct source){ bytes, other ? OPENED_ALL : OPENED_ZIP };
}

void
archive_read_rest(struct reading *r, struct node *n, struct span bytes,
    const char *password, struct span left)
{
	read_with(r, n, waiting(bytes), password, left);
}

bool
archive_member(struct span bytes, const char *password, size_t index,
    struct buf *out)
{
	struct walk w = { .a = opened_new(bytes, waiting(bytes).what,
			      password) };
	struct archive_entry *e;
	bool good = w.a != NULL;

	for (size_t i = 0; good && i <= index; i++)
		good = archive_read_next_header(w.a, &e) == ARCHIVE_OK;
	good = good && read_bytes(&w, out) == 1;
	archive_read_free(w.a);
	return good;
}
