/* SPDX-License-Identifier: ISC */
#include <string.h>
#include <strings.h>

#include "milter/base/count.h"
#include "milter/mail/archive.h"
#include "milter/mail/compound.h"
#include "milter/mail/lnk.h"
#include "milter/mail/names.h"
#include "milter/mail/onenote.h"
#include "milter/mail/package.h"
#include "milter/mail/pdf.h"
#include "milter/mail/powerpoint.h"
#include "milter/mail/unpack.h"
#include "milter/mail/zip.h"
#include "milter/base/banned.h"

/* Members have no type of their own; what these endings open is shown to
 * people, links included. */
static const struct {
	const char *ending, *type;
} shown[] = {
	{ ".htm", "text/html" },
	{ ".html", "text/html" },
	{ ".shtml", "text/html" },
	{ ".xhtml", "text/html" },
	{ ".txt", "text/plain" },
};

static const char *
type_by_name(const char *name)
{
	const char *dot = name == NULL ? NULL : strrchr(name, '.');

	for (size_t i = 0; dot != NULL && i < COUNT(shown); i++)
		if (strcasecmp(dot, shown[i].ending) == 0)
			return shown[i].type;
	return "application/octet-stream";
}

struct node *
unpack_member(struct reading *r, struct node *n, const char *name,
    struct span bytes)
{
	struct node *child = reading_part(r, n, ORIGIN_MEMBER, bytes);

	if (child == NULL)
		return NULL;
	child->headless = true;
	child->standard = type_by_name(name);
	if (name != NULL)
		names_add(r, child, name, "member");
	return child;
}

static const struct {
	const char *name;
	long at;
	const char *magic;
	size_t len;
} closed[] = {
#define CLOSED(name, at, magic) { name, at, magic, sizeof(magic) - 1 },
#include "milter/mail/closed.def"
};

static const struct {
	const char *ending, *name;
} foreign[] = {
#define FOREIGN(ending, name) { ending, name },
#include "milter/mail/closed.def"
};

static const char *
closed_name(struct span s)
{
	for (size_t i = 0; i < COUNT(closed); i++) {
		size_t at = closed[i].at >= 0 ? (size_t)closed[i].at
					      : s.len + (size_t)closed[i].at;

		if (at < s.len && closed[i].len <= s.len - at &&
		    memcmp(s.at + at, closed[i].magic, closed[i].len) == 0)
			return closed[i].name;
	}
	return NULL;
}

static const char *
foreign_name(const struct node *n)
{
	for (const struct file_name *f = n->part.names; f != NULL;
	     f = f->next) {
		const char *dot = strrchr(f->name, '.');

		for (size_t i = 0; dot != NULL && i < COUNT(foreign); i++)
			if (strcasecmp(dot, foreign[i].ending) == 0)
				return foreign[i].name;
	}
	return NULL;
}

/* The engine may open some of them, but what it cannot it calls clean. */
static void
tell_closed(struct reading *r, struct node *n, struct span bytes)
{
	const char *name = closed_name(bytes);

	if (name != NULL)
		reading_mark(r, n, MARK_UNDECODED, n->whole.at,
		    "nothing here opens it: %s", name);
	name = foreign_name(n);
	if (name != NULL && bytes.len > 0)
		reading_mark(r, n, MARK_FOREIGN, n->whole.at,
		    "nothing here reads it: %s", name);
}

/* A disk image may have a second list of files (ECMA-167) beside the one that
 * is read here (ISO 9660), and Windows takes the second. */
static void
tell_bridge(struct reading *r, struct node *n, struct span bytes)
{
	enum { SECTOR = 2048, FIRST = 16, LAST = 64 };
	static const char iso[] = "CD001", udf[] = "NSR0";

	if (!span_begins(span_from(bytes, FIRST * SECTOR + 1),
		span_string(iso)))
		return;
	for (size_t i = FIRST + 1; i < LAST; i++)
		if (span_begins(span_from(bytes, i * SECTOR + 1),
			span_string(udf)))
			reading_mark(r, n, MARK_UNDECODED, n->whole.at,
			    "nothing here opens it: disk image (UDF)");
}

/* What a reader knows by its beginning; one walker each. */
static const struct {
	bool (*is)(struct span bytes);
	void (*read)(struct reading *r, struct node *n, struct span bytes);
} walkers[] = {
	{ compound_is, compound_read },
	{ lnk_is, lnk_read },
	{ onenote_is, onenote_read },
	{ pdf_is, pdf_read },
	{ package_is_rtf, package_read_rtf },
	{ powerpoint_is_mso, powerpoint_read_mso },
};

/*
 * Programs look for their mark at different places, so one file can be several:
 * a PDF that is the first member of a tar, a zip behind a document. Each
 * reading is taken, since none tells which program the recipient has.
 */
void
unpack_read(struct reading *r, struct node *n, struct span bytes)
{
	bool known = false;

	for (size_t i = 0; i < COUNT(walkers); i++)
		if (walkers[i].is(bytes)) {
			walkers[i].read(r, n, bytes);
			known = true;
		}
	/* A document may hold what only looks like the end of an archive. */
	if (known ? archive_begins(bytes) || zip_ends(bytes)
		  : archive_is(bytes)) {
		archive_read(r, n, bytes);
		tell_bridge(r, n, bytes);
		known = true;
	}
	if (!known)
		tell_closed(r, n, bytes);
}
