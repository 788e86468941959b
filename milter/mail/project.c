/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/mail/names.h"
#include "milter/mail/project.h"
#include "milter/mail/storage.h"
#include "milter/mail/unpack.h"
#include "milter/mail/vba.h"
#include "milter/base/banned.h"

enum {
	SOURCE_MOST = 1 << 20,
	SCANNED = 100,
	COMPILED_LEAST = 16, /* bytes; the header alone has more */
	EMPTY_MOST = 850 /* bytes compiled of a module without code: 761 to 817
			  * in documents of Office 97 to 2010 */
};

static void
add_macro(struct reading *r, struct node *n, const char *name,
    struct span source, size_t compiled)
{
	struct node *child;

	if (source.len == 0)
		return;
	source.len = reading_take(r, n, source.len);
	child = unpack_member(r, n, NULL, source);
	if (child == NULL)
		return;
	child->part.origin = ORIGIN_MACRO;
	names_add(r, child, name,
	    compiled > EMPTY_MOST ? "compiled macro" : "macro");
}

/* More source than any macro has is a limit. */
static struct span
decompress(struct reading *r, struct node *n, struct span packed)
{
	struct span source =
	    vba_decompress(r->message->arena, packed, SOURCE_MOST);

	if (source.len == SOURCE_MOST)
		storage_limit(r, n, "bytes of a macro", SOURCE_MOST);
	return source;
}

bool
project_search(struct reading *r, struct node *n, struct span bytes)
{
	struct span packed;
	size_t at = 0;
	bool found = false;

	for (int i = 0; vba_find(bytes, &at, &packed); i++) {
		struct span source;

		if (i == SCANNED) {
			storage_limit(r, n, "macros", SCANNED);
			return true;
		}
		source = decompress(r, n, packed);
		found |= source.len > 0;
		add_macro(r, n, "module", source,
		    (size_t)(packed.at - bytes.at));
	}
	return found;
}

static bool
read_module(struct reading *r, struct node *n, GsfInfile *folder,
    const struct vba_module *m)
{
	const char *stream = storage_name(r, m->stream);
	GsfInput *in = gsf_infile_child_by_name(folder, stream);
	struct span s, source;

	if (in == NULL)
		return false;
	s = storage_bytes(r, n, in);
	g_object_unref(in);
	source = decompress(r, n, span_from(s, m->offset));
	add_macro(r, n, m->name == NULL ? stream : storage_name(r, m->name),
	    source, m->offset);
	return source.len > 0;
}

/* What stands in the storage beside the modules. */
static bool
is_module(const char *name)
{
	return name != NULL && strcmp(name, "dir") != 0 &&
	       strcmp(name, "_VBA_PROJECT") != 0 &&
	       strncmp(name, "__SRP_", 6) != 0;
}

/* Of a project whose list of modules does not lead to their source, all
 * streams are searched for it. */
static void
search_streams(struct reading *r, struct node *n, GsfInfile *folder)
{
	for (int i = 0; i < gsf_infile_num_children(folder); i++) {
		GsfInput *in = gsf_infile_child_by_index(folder, i);
		const char *name = gsf_infile_name_by_index(folder, i);
		struct span s;

		if (in == NULL)
			continue;
		if (!GSF_IS_INFILE(in) ||
		    gsf_infile_num_children(GSF_INFILE(in)) < 0) {
			s = storage_bytes(r, n, in);
			if (!project_search(r, n, s) && is_module(name) &&
			    s.len >= COMPILED_LEAST)
				storage_add(r, n, name, s, "compiled");
		}
		g_object_unref(in);
	}
}

/* The stream of that name, unpacked; empty when there is none. */
static struct span
take_list(struct reading *r, struct node *n, GsfInfile *folder)
{
	GsfInput *in = gsf_infile_child_by_name(folder, "dir");
	struct span s = { NULL, 0 };

	if (in == NULL)
		return s;
	s = decompress(r, n, storage_bytes(r, n, in));
	g_object_unref(in);
	return s;
}

/* Excel 5 has a storage of that name, whose neighbours are no modules. */
static bool
has_stream(GsfInfile *folder, const char *name)
{
	GsfInput *in = gsf_infile_child_by_name(folder, name);
	bool stream =
	    in != NULL &&
	    (!GSF_IS_INFILE(in) || gsf_infile_num_children(GSF_INFILE(in)) < 0);

	if (in != NULL)
		g_object_unref(in);
	return stream;
}

void
project_read(struct reading *r, struct node *n, GsfInfile *folder)
{
	struct arena *a = r->message->arena;
	struct vba_module *list;
	size_t count, good = 0;

	if (!has_stream(folder, "dir") && !has_stream(folder, "_VBA_PROJECT"))
		return;
	list = arena_get(a, VBA_MODULES * sizeof *list);
	count = vba_modules(a, take_list(r, n, folder), list);
	if (count == VBA_MODULES)
		storage_limit(r, n, "modules", VBA_MODULES);
	for (size_t i = 0; i < count; i++)
		good += read_module(r, n, folder, &list[i]);
	if (count == 0 || good < count)
		search_streams(r, n, folder);
}
