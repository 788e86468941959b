/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/base/count.h"
#include "milter/inspect/filename.h"
#include "milter/inspect/inspect.h"
#include "milter/base/banned.h"

/* "report.pdf.exe" hides behind Explorer's habit of not showing the last
 * ending; "invoice.pdf.html" opens a page where a document was promised. */
static bool
is_double(const struct filename *f)
{
	return f->kind != NULL &&
	       (f->kind->runs || f->kind->family == FAMILY_HTML) &&
	       filename_harmless(filename_ending(f->before));
}

static void
judge(const struct inspection *i, const struct part *p, const char *name)
{
	struct filename f = filename_read(i->message->arena, name);
	const struct {
		bool seen;
		enum fact fact;
	} lies[] = {
		{ is_double(&f), FACT_NAME_DOUBLE_EXTENSION },
		{ f.bidi, FACT_NAME_BIDI },
		{ f.padded, FACT_NAME_PADDED },
		{ f.trailing, FACT_NAME_TRAILING_DOT },
		{ f.fullwidth, FACT_NAME_FULLWIDTH },
		{ f.invisible, FACT_NAME_INVISIBLE },
	};

	for (size_t n = 0; n < COUNT(lies); n++)
		if (lies[n].seen)
			inspect_fact(i, lies[n].fact, p, "%s", name);
}

/*
 * Two names of one part differ in honest mail too: an old mailer shortens or
 * garbles one. It matters when what opens the file would differ, and each of
 * the two endings means something.
 */
static bool
conflict(const struct filename *a, const struct filename *b)
{
	if (a->kind == NULL || b->kind == NULL)
		return false;
	return a->kind->runs != b->kind->runs ||
	       a->kind->family != b->kind->family;
}

static void
compare(const struct inspection *i, const struct part *p)
{
	struct arena *a = i->message->arena;
	struct filename first = filename_read(a, p->names->name);

	for (const struct file_name *n = p->names->next; n != NULL;
	     n = n->next) {
		struct filename other = filename_read(a, n->name);

		if (!conflict(&first, &other))
			continue;
		inspect_fact(i, FACT_NAME_CONFLICT, p, "%s \"%s\", %s \"%s\"",
		    p->names->source, p->names->name, n->source, n->name);
		return;
	}
}

/* The same name is often given twice (filename= and name=). */
static bool
is_repeated(const struct part *p, const struct file_name *name)
{
	for (const struct file_name *n = p->names; n != name; n = n->next)
		if (strcmp(n->name, name->name) == 0)
			return true;
	return false;
}

static void
run(struct inspection *i)
{
	for (const struct part *p = i->message->root; p != NULL; p = p->next) {
		if (p->names == NULL)
			continue;
		for (const struct file_name *n = p->names; n != NULL;
		     n = n->next)
			if (!is_repeated(p, n))
				judge(i, p, n->name);
		compare(i, p);
	}
}

const struct inspector inspect_name = {
	.looks_for = "file names that lie",
	.run = run,
};
