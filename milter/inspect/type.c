/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/base/count.h"
#include "milter/inspect/filetype.h"
#include "milter/inspect/filename.h"
#include "milter/inspect/inspect.h"
#include "milter/base/banned.h"

/* Media types by their beginning; the first that fits counts. */
static const struct {
	const char *prefix;
	enum family family;
} types[] = {
	{ "application/pdf", FAMILY_PDF },
	{ "application/x-dosexec", FAMILY_PROGRAM },
	{ "application/vnd.microsoft.portable-executable", FAMILY_PROGRAM },
	{ "application/x-executable", FAMILY_PROGRAM },
	{ "application/x-pie-executable", FAMILY_PROGRAM },
	{ "application/x-sharedlib", FAMILY_PROGRAM },
	{ "application/x-mach-binary", FAMILY_PROGRAM },
	{ "application/x-java-applet", FAMILY_PROGRAM },
	{ "application/java-archive", FAMILY_PROGRAM },
	{ "application/x-ms-shortcut", FAMILY_SHORTCUT },
	{ "application/x-iso9660-image", FAMILY_DISK },
	{ "application/x-rar", FAMILY_ARCHIVE },
	{ "application/x-7z-compressed", FAMILY_ARCHIVE },
	{ "application/x-lzh-compressed", FAMILY_ARCHIVE },
	{ "application/x-lha", FAMILY_ARCHIVE },
	{ "application/x-arj", FAMILY_ARCHIVE },
	{ "application/vnd.ms-cab-compressed", FAMILY_ARCHIVE },
	{ "application/gzip", FAMILY_ARCHIVE },
	{ "application/x-bzip2", FAMILY_ARCHIVE },
	{ "application/x-xz", FAMILY_ARCHIVE },
	{ "application/zip", FAMILY_ARCHIVE },
	{ "application/x-tar", FAMILY_ARCHIVE },
	{ "text/html", FAMILY_HTML },
	{ "application/xhtml", FAMILY_HTML },
	{ "image/svg", FAMILY_HTML },
	{ "image/", FAMILY_IMAGE },
};

static enum family
family_of(const char *type)
{
	for (size_t i = 0; i < COUNT(types); i++)
		if (strncmp(type, types[i].prefix, strlen(types[i].prefix)) ==
		    0)
			return types[i].family;
	return FAMILY_UNKNOWN;
}

/* What a file of one family must not turn out to be. Not here: what opens in
 * the same program anyway, and what honest programs write (a spreadsheet
 * that is HTML, a picture in another format, an office document, which is a
 * zip). */
static const struct {
	enum family named;
	enum family content[6];
} lies[] = {
	{ FAMILY_OFFICE, { FAMILY_PROGRAM, FAMILY_SHORTCUT, FAMILY_DISK } },
	{ FAMILY_PDF, { FAMILY_PROGRAM, FAMILY_SHORTCUT, FAMILY_DISK,
			  FAMILY_ARCHIVE, FAMILY_HTML } },
	{ FAMILY_IMAGE, { FAMILY_PROGRAM, FAMILY_SHORTCUT, FAMILY_DISK,
			    FAMILY_ARCHIVE, FAMILY_HTML } },
	{ FAMILY_MEDIA, { FAMILY_PROGRAM, FAMILY_SHORTCUT, FAMILY_DISK,
			    FAMILY_ARCHIVE, FAMILY_HTML } },
	{ FAMILY_TEXT,
	    { FAMILY_PROGRAM, FAMILY_SHORTCUT, FAMILY_DISK, FAMILY_ARCHIVE } },
	{ FAMILY_HTML,
	    { FAMILY_PROGRAM, FAMILY_SHORTCUT, FAMILY_DISK, FAMILY_ARCHIVE } },
	{ FAMILY_ARCHIVE,
	    { FAMILY_PROGRAM, FAMILY_SHORTCUT, FAMILY_DISK, FAMILY_HTML } },
};

static bool
is_lie(enum family named, enum family content)
{
	for (size_t i = 0; i < COUNT(lies); i++)
		for (size_t n = 0; n < COUNT(lies[i].content); n++)
			if (lies[i].named == named &&
			    content != FAMILY_UNKNOWN &&
			    lies[i].content[n] == content)
				return true;
	return false;
}

/* A zip that is named as an office document is one; another archive is not.
 * A rar in a .zip is opened by some tools only: scanners among those not. */
static bool
is_archive_lie(const struct filename *f, const char *type)
{
	bool zip = strcmp(type, "application/zip") == 0;

	if (family_of(type) != FAMILY_ARCHIVE)
		return false;
	return (f->kind->family == FAMILY_OFFICE && !zip) ||
	       (strcmp(f->ending, "zip") == 0 && !zip) ||
	       (strcmp(f->ending, "rar") == 0 && zip);
}

static void
look_at(const struct inspection *i, const struct part *p, const char *type)
{
	for (const struct file_name *n = p->names; n != NULL; n = n->next) {
		struct filename f = filename_read(i->message->arena, n->name);

		if (f.kind == NULL ||
		    (!is_lie(f.kind->family, family_of(type)) &&
			!is_archive_lie(&f, type)))
			continue;
		inspect_fact(i, FACT_TYPE_MISMATCH, p, "\"%s\" is %s", n->name,
		    type);
		return;
	}
}

static void
run(struct inspection *i)
{
	for (const struct part *p = i->message->root; p != NULL; p = p->next)
		if (i->filetypes[p->index].type != NULL)
			look_at(i, p, i->filetypes[p->index].type);
}

const struct inspector inspect_type = {
	.looks_for = "content that is not what its name says",
	.run = run,
};
