/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/inspect/filetype.h"
#include "milter/inspect/filename.h"
#include "milter/inspect/inspect.h"
#include "milter/base/banned.h"

/*
 * "com" is the ending of most host names, and people name files and attached
 * messages after sites. A text does not run under that name.
 */
static bool
is_host_name(const struct inspection *i, const struct part *p,
    const struct filename *f)
{
	const char *type = i->filetypes[p->index].type;

	if (strcmp(f->ending, "com") != 0)
		return false;
	return p->bytes == NULL || p->text != NULL ||
	       (type != NULL && strncmp(type, "text/", 5) == 0);
}

/* The first name that runs is evidence enough. */
static void
look_at(const struct inspection *i, const struct part *p)
{
	for (const struct file_name *n = p->names; n != NULL; n = n->next) {
		struct filename f = filename_read(i->message->arena, n->name);

		if (f.kind == NULL || !f.kind->runs || is_host_name(i, p, &f))
			continue;
		inspect_fact(i, FACT_ATTACHMENT_RUNS, p, "%s", n->name);
		return;
	}
}

static void
run(struct inspection *i)
{
	for (const struct part *p = i->message->root; p != NULL; p = p->next)
		look_at(i, p);
}

const struct inspector inspect_runs = {
	.looks_for = "attachments that a double click runs, by name",
	.run = run,
};
