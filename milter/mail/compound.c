/* SPDX-License-Identifier: ISC */
#include <string.h>
#include <gsf/gsf-infile-msole.h>
#include <gsf/gsf-input-memory.h>
#include <gsf/gsf-utils.h>

#include "milter/base/count.h"
#include "milter/mail/charset.h"
#include "milter/mail/compound.h"
#include "milter/mail/directory.h"
#include "milter/mail/mapi.h"
#include "milter/mail/officelock.h"
#include "milter/mail/oldoffice.h"
#include "milter/mail/package.h"
#include "milter/mail/powerpoint.h"
#include "milter/mail/project.h"
#include "milter/mail/storage.h"
#include "milter/mail/unlock.h"
#include "milter/mail/unpack.h"
#include "milter/base/banned.h"

enum { STORAGES = 1000, DEPTH = 12, ENTRIES = 6000 };

struct walk {
	struct reading *r;
	struct node *n;
	GsfInfile *folder; /* that is being read */
	int storages;
	struct {
		GsfInfile *folder;
		int next;
	} open[DEPTH];
	int depth;
};

bool
compound_is(struct span s)
{
	static const unsigned char magic[] = { 0xd0, 0xcf, 0x11, 0xe0, 0xa1,
		0xb1, 0x1a, 0xe1 };

	return span_begins(s, (struct span){ magic, sizeof magic });
}

static struct span
content(struct walk *w, GsfInput *in)
{
	return storage_bytes(w->r, w->n, in);
}

static void
add_stream(struct walk *w, const char *name, struct span s)
{
	storage_add(w->r, w->n, name, s, "stream");
}

static void
read_package(struct walk *w, const char *name, struct span s)
{
	(void)name;
	package_read(w->r, w->n, s);
}

static void
read_file(struct walk *w, const char *name, struct span s)
{
	(void)name;
	if (s.len > 0)
		(void)unpack_member(w->r, w->n, NULL, s);
}

static void
read_encrypted(struct walk *w, const char *name, struct span s)
{
	(void)name, (void)s;
	reading_mark(w->r, w->n, MARK_OPAQUE, w->n->whole.at, OFFICELOCK_WHAT);
}

static bool
lock_opens(struct reading *r, void *owner, const char *password)
{
	(void)r;
	return officelock_opens(owner, password);
}

static void
lock_read(struct reading *r, struct node *n, void *owner, const char *password)
{
	struct span s = officelock_read(owner);

	(void)password;
	s.len = reading_take(r, n, s.len);
	(void)unpack_member(r, n, NULL, s);
}

/* Another stream of the same folder; empty if it is not there. */
static struct span
beside(struct walk *w, const char *name)
{
	GsfInput *in = gsf_infile_child_by_name(w->folder, name);
	struct span s = { NULL, 0 };

	if (in == NULL)
		return s;
	s = content(w, in);
	g_object_unref(in);
	return s;
}

static void
read_locked(struct walk *w, const char *name, struct span s)
{
	static const struct unlocker how = { lock_opens, lock_read };
	struct officelock *lock =
	    officelock_new(w->r, beside(w, "EncryptionInfo"), s);

	if (lock == NULL)
		read_encrypted(w, name, s);
	else if (officelock_opens(lock, OFFICELOCK_KNOWN))
		lock_read(w->r, w->n, lock, NULL);
	else
		unlock_later(w->r, w->n, &how, lock, OFFICELOCK_WHAT);
}

static void
read_word(struct walk *w, const char *name, struct span s)
{
	const char *table = oldoffice_table(s);
	struct span none = { NULL, 0 };

	(void)name;
	oldoffice_word(w->r, w->n, s, table == NULL ? none : beside(w, table));
}

/* Of an encrypted presentation the summary is the way (read_summary). */
static void
read_slides(struct walk *w, const char *name, struct span s)
{
	GsfInput *summary =
	    gsf_infile_child_by_name(w->folder, "EncryptedSummary");

	(void)name;
	if (summary == NULL)
		powerpoint_read(w->r, w->n, s);
	else
		g_object_unref(summary);
}

static void
read_workbook(struct walk *w, const char *name, struct span s)
{
	oldoffice_workbook(w->r, w->n, name, s);
}

/* Only a presentation that is encrypted has this summary (MS-PPT 2.1.5). */
static void
read_summary(struct walk *w, const char *name, struct span s)
{
	(void)name, (void)s;
	oldoffice_slides(w->r, w->n, beside(w, "PowerPoint Document"),
	    beside(w, "Current User"));
}

/* Ichitaro has a list of what is in each of its folders; that of the document
 * tells its type. */
static void
read_ichitaro(struct walk *w, const char *name, struct span s)
{
	if (w->depth == 1)
		add_stream(w, name, s);
}

/* The streams that matter: what they hold, or what an inspector reads. */
static const struct {
	const char *name;
	void (*read)(struct walk *w, const char *name, struct span s);
} streams[] = {
	{ "\001Ole10Native", read_package },
	{ "Package", read_file },
	{ "CONTENTS", read_file },
	{ "EmbeddedOdf", read_file },
	{ "EncryptedPackage", read_locked },
	{ "EncryptedSummary", read_summary },
	{ "WordDocument", read_word },
	{ "0Table", add_stream },
	{ "1Table", add_stream },
	{ "Workbook", read_workbook },
	{ "Book", read_workbook },
	{ "PowerPoint Document", read_slides },
	{ "_VBA_PROJECT", add_stream },
	{ "\005SummaryInformation", add_stream },
	{ "Equation Native", add_stream },
	{ "\004JSRV_SegmentInformation", read_ichitaro },
};

/* What of a .msg a reader shows or offers (MS-OXMSG 2.1.3, 2.2). */
static const struct {
	const char *name, *type;
} properties[] = {
	{ "__substg1.0_1000001E", "text/plain" },
	{ "__substg1.0_1000001F", "text/plain" },
	{ "__substg1.0_10130102", "text/html" },
	{ "__substg1.0_37010102", "application/octet-stream" },
};

static const char *
attachment_name(struct walk *w, GsfInfile *folder)
{
	static const char *const names[] = { "__substg1.0_3707001F",
		"__substg1.0_3704001F", "__substg1.0_3707001E",
		"__substg1.0_3704001E" };
	const char *name = NULL;

	for (size_t i = 0; name == NULL && i < COUNT(names); i++) {
		GsfInput *in = gsf_infile_child_by_name(folder, names[i]);

		if (in == NULL)
			continue;
		name = charset_decode(w->r->message->arena,
		    i < 2 ? "utf-16le" : "", content(w, in), NULL);
		g_object_unref(in);
	}
	return name;
}

static bool
read_property(struct walk *w, GsfInfile *folder, const char *name, GsfInput *in)
{
	for (size_t i = 0; i < COUNT(properties); i++) {
		struct node *child;
		struct span s;

		if (strcmp(properties[i].name, name) != 0)
			continue;
		s = content(w, in);
		if (s.len == 0)
			return true;
		child = unpack_member(w->r, w->n,
		    i == 3 ? attachment_name(w, folder) : NULL, s);
		if (child != NULL && i < 3)
			child->standard = properties[i].type;
		if (child != NULL && i == 1)
			child->part.charset = "utf-16le";
		return true;
	}
	return false;
}

static void
read_stream(struct walk *w, GsfInfile *folder, const char *name, GsfInput *in)
{
	if (strncmp(name, "__substg1.0_", 12) == 0 &&
	    read_property(w, folder, name, in))
		return;
	w->folder = folder;
	for (size_t i = 0; i < COUNT(streams); i++)
		if (strcmp(streams[i].name, name) == 0) {
			streams[i].read(w, name, content(w, in));
			return;
		}
}

static void
enter(struct walk *w, GsfInput *in)
{
	if (w->depth == DEPTH || w->storages++ >= STORAGES) {
		storage_limit(w->r, w->n,
		    w->depth == DEPTH ? "depth" : "storages",
		    w->depth == DEPTH ? DEPTH : STORAGES);
		return;
	}
	w->open[w->depth].folder = g_object_ref(GSF_INFILE(in));
	w->open[w->depth++].next = 0;
	project_read(w->r, w->n, GSF_INFILE(in));
}

static void
walk(struct walk *w)
{
	while (w->depth > 0) {
		GsfInfile *folder = w->open[w->depth - 1].folder;
		int i = w->open[w->depth - 1].next++;
		const char *name;
		GsfInput *in;

		if (i >= gsf_infile_num_children(folder)) {
			w->depth--;
			g_object_unref(folder);
			continue;
		}
		name = gsf_infile_name_by_index(folder, i);
		in = gsf_infile_child_by_index(folder, i);
		if (in == NULL) {
			storage_broken(w->r, w->n);
			continue;
		}
		if (GSF_IS_INFILE(in) &&
		    gsf_infile_num_children(GSF_INFILE(in)) >= 0)
			enter(w, in);
		else if (name != NULL)
			read_stream(w, folder, name, in);
		g_object_unref(in);
	}
}

static void
silent(const char *domain, GLogLevelFlags level, const char *text, void *unused)
{
	(void)domain, (void)level, (void)text, (void)unused;
}

void
compound_read(struct reading *r, struct node *n, struct span bytes)
{
	struct walk w = { .r = r, .n = n };
	GLogFunc before;
	GsfInput *memory;
	GsfInfile *file;

	if (!directory_fits(bytes, ENTRIES)) {
		storage_limit(r, n, "entries", ENTRIES);
		return;
	}
	before = g_log_set_default_handler(silent, NULL);
	memory = gsf_input_memory_new(bytes.at, (gsf_off_t)bytes.len, FALSE);
	file = gsf_infile_msole_new(memory, NULL);
	if (file != NULL) {
		enter(&w, GSF_INPUT(file));
		walk(&w);
		g_object_unref(file);
	} else {
		(void)project_search(r, n, bytes);
		reading_mark(r, n, MARK_UNDECODED, n->whole.at,
		    "compound file that is broken");
	}
	g_object_unref(memory);
	g_log_set_default_handler(before, NULL);
}
