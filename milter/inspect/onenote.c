/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/inspect/filetype.h"
#include "milter/inspect/inspect.h"
#include "milter/mail/onenote.h"
#include "milter/base/banned.h"

/* A file on a page of OneNote runs at a click, behind a picture that says
 * "open". The pictures of the pages lie in it in the same way. */
static void
look_at(const struct inspection *i, const struct part *p)
{
	const char *type = i->filetypes[p->index].type;

	if (type == NULL || strncmp(type, "image/", 6) != 0)
		inspect_fact(i, FACT_ONENOTE_EMBEDDED, p, "%s, %zu bytes",
		    type == NULL ? "a file" : type, p->size);
}

static void
run(struct inspection *i)
{
	for (const struct part *p = i->message->root; p != NULL; p = p->next) {
		const struct part *in = p->parent;

		if (in != NULL && in->bytes != NULL && p->bytes != NULL &&
		    onenote_is((struct span){ in->bytes, in->size }))
			look_at(i, p);
	}
}

const struct inspector inspect_onenote = {
	.looks_for = "files in OneNote sections",
	.run = run,
};
