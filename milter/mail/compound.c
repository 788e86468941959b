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
#include "milter/mail/names.h"
#include "milter/mail/officelock.h"
#include "milter/mail/oldoffice.h"
#include "milter/mail/package.h"
#include "milter/mail/unlock.h"
#include "milter/mail/unpack.h"
#include "milter/mail/vba.h"
#include "milter/base/banned.h"

enum {
	STORAGES = 1000,
	DEPTH = 12,
	SOURCE_MOST = 1 << 20,
	SCANNED = 100,
	ENTRIES = 6000
};

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

static void
limit(struct walk *w, const char *of, int most)
{
	reading_mark(w->r, w->n, MARK_LIMIT, w->n->whole.at,
	    "compound file: %s: %d", of, most);
}

static void
broken(struct walk *w)
{
	reading_mark(w->r, w->n, MARK_UNDECODED, w->n->whole.at,
	    "compound file: a stream is broken");
}

/* All of a stream, in the arena; what a limit forbids is a mark. */
static struct span
content(struct walk *w, GsfInput *in)
{
	struct span s = { NULL, 0 };
	gsf_off_t size = gsf_input_size(in);
	unsigned char *copy;

	if (size <= 0)
		return s;
	if ((size_t)size > w->r->limits->member) {
		reading_mark(w->r, w->n, MARK_LIMIT, w->n->whole.at,
		    "scan_member: a stream");
		return s;
	}
	s.len = reading_take(w->r, w->n, (size_t)size);
	copy = arena_get(w->r->message->arena, s.len + 1);
	s.at = copy;
	if (gsf_input_seek(in, 0, G_SEEK_SET) ||
	    gsf_input_read(in, s.len, copy) == NULL) {
		broken(w);
		s.len = 0;
	}
	return s;
}

static void
add_stream(struct walk *w, const char *name, struct span s)
{
	unpack_stream(w->r, w->n, name, s);
}

static void
add_macro(struct walk *w, const char *name, struct span source)
{
	struct node *child;

	if (source.len == 0)
		return;
	source.len = reading_take(w->r, w->n, source.len);
	child = unpack_member(w->r, w->n, NULL, source);
	if (child == NULL)
		return;
	child->part.origin = ORIGIN_MACRO;
	names_add(w->r, child, name, "macro");
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
	{ "Workbook", read_workbook },
	{ "Book", read_workbook },
	{ "_VBA_PROJECT", add_stream },
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

static const char *
utf8(struct walk *w, const char *name)
{
	return charset_decode(w->r->message->arena, "", span_string(name),
	    NULL);
}

/* More source than any macro has is a limit. */
static struct span
decompress(struct walk *w, struct span packed)
{
	struct span source =
	    vba_decompress(w->r->message->arena, packed, SOURCE_MOST);

	if (source.len == SOURCE_MOST)
		limit(w, "bytes of a macro", SOURCE_MOST);
	return source;
}

/* Every container with source in bytes, wherever it stands. */
static void
scan_macros(struct walk *w, struct span bytes)
{
	struct span packed;
	size_t at = 0;

	for (int i = 0; vba_find(bytes, &at, &packed); i++) {
		if (i == SCANNED) {
			limit(w, "macros", SCANNED);
			return;
		}
		add_macro(w, "module", decompress(w, packed));
	}
}

static bool
read_module(struct walk *w, GsfInfile *folder, const struct vba_module *m)
{
	const char *stream = utf8(w, m->stream);
	GsfInput *in = gsf_infile_child_by_name(folder, stream);
	struct span s, source;

	if (in == NULL)
		return false;
	s = content(w, in);
	g_object_unref(in);
	source = decompress(w, span_from(s, m->offset));
	add_macro(w, m->name == NULL ? stream : utf8(w, m->name), source);
	return source.len > 0;
}

/* Of a project whose list of modules does not lead to their source, all
 * streams are searched for it. */
static void
search_streams(struct walk *w, GsfInfile *folder)
{
	for (int i = 0; i < gsf_infile_num_children(folder); i++) {
		GsfInput *in = gsf_infile_child_by_index(folder, i);

		if (in == NULL)
			continue;
		if (!GSF_IS_INFILE(in) ||
		    gsf_infile_num_children(GSF_INFILE(in)) < 0)
			scan_macros(w, content(w, in));
		g_object_unref(in);
	}
}

static void
read_project(struct walk *w, GsfInfile *folder)
{
	struct arena *a = w->r->message->arena;
	struct vba_module *list;
	GsfInput *in = gsf_infile_child_by_name(folder, "dir");
	size_t count, good = 0;

	if (in == NULL)
		return;
	list = arena_get(a, VBA_MODULES * sizeof *list);
	count = vba_modules(a, decompress(w, content(w, in)), list);
	g_object_unref(in);
	if (count == VBA_MODULES)
		limit(w, "modules", VBA_MODULES);
	for (size_t i = 0; i < count; i++)
		good += read_module(w, folder, &list[i]);
	if (count == 0 || good < count)
		search_streams(w, folder);
}

static void
enter(struct walk *w, GsfInput *in)
{
	if (w->depth == DEPTH || w->storages++ >= STORAGES) {
		limit(w, w->depth == DEPTH ? "depth" : "storages",
		    w->depth == DEPTH ? DEPTH : STORAGES);
		return;
	}
	w->open[w->depth].folder = g_object_ref(GSF_INFILE(in));
	w->open[w->depth++].next = 0;
	read_project(w, GSF_INFILE(in));
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
			broken(w);
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
		limit(&w, "entries", ENTRIES);
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
		scan_macros(&w, bytes);
		reading_mark(r, n, MARK_UNDECODED, n->whole.at,
		    "compound file that is broken");
	}
	g_object_unref(memory);
	g_log_set_default_handler(before, NULL);
}
