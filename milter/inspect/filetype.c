/* SPDX-License-Identifier: ISC */
#include <magic.h>
#include <string.h>

#include "milter/inspect/filetype.h"
#include "milter/base/banned.h"

/* The types that matter show in their first bytes; more costs time (a 20 MB
 * part would be read whole) and tells nothing. */
enum { LOOK_AT = 65536 };

/* Written once by filetype_prepare(), before the fork. */
static magic_t magic;

int
filetype_prepare(struct reason *why)
{
	/* Compound files and compressed ones are opened elsewhere, if at all:
	 * a type needs no parser of hostile structures. */
	const int flags = MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS |
			  MAGIC_NO_CHECK_CDF | MAGIC_NO_CHECK_ELF;

	if (magic != NULL)
		return 0;
	magic = magic_open(flags);
	if (magic == NULL)
		return reason_errno(why, "libmagic");
	if (magic_load(magic, NULL) == -1) {
		reason_set(why, "libmagic: %s", magic_error(magic));
		magic_close(magic);
		magic = NULL;
		return -1;
	}
	return 0;
}

bool
filetype_is_file(const struct part *p)
{
	if (p->bytes == NULL || p->size == 0)
		return false;
	return p->names != NULL || p->text == NULL ||
	       strcmp(p->disposition, "attachment") == 0;
}

static const char *
type_of(const struct message *m, const struct part *p)
{
	const char *type = magic_buffer(magic, p->bytes,
	    p->size < LOOK_AT ? p->size : LOOK_AT);

	if (type == NULL || strcmp(type, "application/octet-stream") == 0)
		return NULL;
	return arena_string(m->arena, type);
}

const struct filetype *
filetype_all(const struct message *m)
{
	struct filetype *all =
	    arena_get(m->arena, (size_t)m->parts * sizeof *all);

	for (const struct part *p = m->root; p != NULL; p = p->next)
		if (filetype_is_file(p))
			all[p->index].type = type_of(m, p);
	return all;
}
