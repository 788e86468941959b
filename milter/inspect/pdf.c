/* SPDX-License-Identifier: ISC */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "milter/base/count.h"
#include "milter/inspect/inspect.h"
#include "milter/mail/pdftext.h"
#include "milter/base/banned.h"

/* What an object does, by what stands in its line (see milter/mail/pdf.h). */
static const struct {
	const char *words;
	enum fact fact;
	const char *says;
} rows[] = {
	{ "/JavaScript ", FACT_PDF_JAVASCRIPT, "JavaScript" },
	{ "/JS ", FACT_PDF_JAVASCRIPT, "JavaScript" },
	{ "/S /Launch ", FACT_PDF_LAUNCH, "starts a program or file" },
	{ "/EmbeddedFile ", FACT_PDF_EMBEDDED, "holds a file" },
	{ "/EF ", FACT_PDF_EMBEDDED, "holds a file" },
	{ "/S /SubmitForm ", FACT_PDF_FORM, "sends what is filled in" },
	{ "/S /ImportData ", FACT_PDF_FORM, "reads a file into the form" },
	{ "/XFA ", FACT_PDF_XFA, "a form in XML" },
	{ "/RichMedia ", FACT_PDF_MEDIA, "rich media" },
	{ "/Subtype /3D ", FACT_PDF_MEDIA, "a model in 3D" },
	{ "/Subtype /Movie ", FACT_PDF_MEDIA, "a film" },
};

/* What counts when it happens by itself; going to a page does not. */
static const char *const acts[] = { "/S /JavaScript ", "/S /URI ",
	"/S /Launch ", "/S /SubmitForm ", "/S /ImportData ", "/S /GoToR ",
	"/S /GoToE ", "/JS " };

/* What leads elsewhere, and there to a share of another host. */
static const char *const leads[] = { "/S /GoToR ", "/S /GoToE ", "/S /URI ",
	"/S /Launch ", "/S /ImportData ", "/S /SubmitForm " };
static const char *const shares[] = { "(\\\\", "(file:", "(smb:", "(//" };

/* A file that is on such a share, whatever asks for it. */
static const char *const share_files[] = { "/F (\\\\", "/UF (\\\\",
	"/F (smb:", "/UF (smb:" };

static bool
any(const char *line, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcasestr(line, words[i]) != NULL)
			return true;
	return false;
}

/* The objects by their numbers, and whether each was asked if it acts. */
struct object {
	unsigned long number;
	const char *line;
	bool asked;
};

struct objects {
	struct object *list;
	size_t count;
	size_t *waiting; /* objects that are reached and not asked yet */
	size_t waiting_count;
};

static int
by_number(const void *a, const void *b)
{
	unsigned long x = ((const struct object *)a)->number;
	unsigned long y = ((const struct object *)b)->number;

	return (x > y) - (x < y);
}

/* All objects of that number, since a file may have several: each is asked
 * once. */
static void
reach(struct objects *all, unsigned long number)
{
	size_t low = 0, high = all->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (all->list[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < all->count && all->list[low].number == number &&
	       !all->list[low].asked;
	     low++) {
		all->list[low].asked = true;
		all->waiting[all->waiting_count++] = low;
	}
}

/* What a value refers to: up to the end of its dictionary or array. */
static void
reach_all(struct objects *all, const char *value)
{
	const char *end = pdftext_after_value(value);

	for (; value < end; value = pdftext_after_token(value))
		if (pdftext_is_reference(value))
			reach(all, strtoul(value, NULL, 10));
}

/* Where the last that acts begins in a line; the line, if nothing does. */
static const char *
last_act(const char *line)
{
	const char *last = line;

	for (size_t i = 0; i < COUNT(acts); i++)
		for (const char *at = line;
		     (at = strcasestr(at, acts[i])) != NULL; at++)
			last = at > last ? at : last;
	return last;
}

/* Does what is behind the name act, itself or by what it refers to? */
static bool
is_act(struct objects *all, const char *line, const char *name)
{
	const char *value = pdftext_value(line, name), *last;

	if (value == NULL)
		return false;
	for (last = last_act(line); value != NULL;
	     value = pdftext_value(pdftext_after_value(value), name)) {
		if (*value == '<' && last > value)
			return true;
		reach_all(all, value);
	}
	return false;
}

/* Objects that are reached from what happens by itself: a dictionary of
 * triggers leads to actions, an action to the next. Pages are no actions. */
static bool
any_acts(struct objects *all)
{
	while (all->waiting_count > 0) {
		const char *line =
		    all->list[all->waiting[--all->waiting_count]].line;
		const char *value;

		if (any(line, acts, COUNT(acts)))
			return true;
		if (strstr(line, "/Next ") == NULL &&
		    (strstr(line, "/Type ") != NULL ||
			strstr(line, "/Parent ") != NULL))
			continue;
		value = strstr(line, "obj ");
		if (value != NULL)
			reach_all(all, value + 4);
	}
	return false;
}

/* Scripts of the document run when it opens: a tree of them, not the kind of
 * an action. */
static bool
has_scripts(const char *line)
{
	for (const char *at = line;
	     (at = pdftext_value(at, "/JavaScript")) != NULL;)
		if (*at == '<' || isdigit((unsigned char)*at))
			return true;
	return false;
}

struct sum {
	int pages, images, fonts;
	bool automatic, remote, form, said[COUNT(rows)];
};

/* States what a line does, unless another line did before. */
static void
look_at_line(const struct inspection *i, const struct part *p, const char *line,
    struct sum *sum)
{
	for (size_t n = 0; n < COUNT(rows); n++) {
		if (sum->said[n] || strstr(line, rows[n].words) == NULL)
			continue;
		sum->said[n] = true;
		inspect_fact(i, rows[n].fact, p, "%s", rows[n].says);
	}
	if (!sum->remote && ((any(line, leads, COUNT(leads)) &&
				 any(line, shares, COUNT(shares))) ||
				any(line, share_files, COUNT(share_files)))) {
		sum->remote = true;
		inspect_fact(i, FACT_PDF_REMOTE, p, "%.200s", line);
	}
	sum->form |= strstr(line, "/XFA ") != NULL;
	sum->pages += strstr(line, "/Type /Page ") != NULL;
	sum->images += strstr(line, "/Subtype /Image ") != NULL;
	sum->fonts += strstr(line, "/Type /Font ") != NULL;
}

/* One link, one QR code, or the same offered both ways. */
static bool
leads_to_one(const struct part *p)
{
	int links = 0, codes = 0;

	for (const struct link *l = p->links; l != NULL; l = l->next)
		++*(l->way == LINK_DRAWN ? &codes : &links);
	return links <= 1 && codes <= 1 && links + codes > 0;
}

/* The parts of a form in XML are members of the PDF; one may have scripts. */
static bool
form_has_scripts(const struct message *m, const struct part *pdf)
{
	for (const struct part *p = m->root; p != NULL; p = p->next)
		if (p->parent == pdf && p->bytes != NULL && p->size > 0 &&
		    memmem(p->bytes, p->size, "<script", 7) != NULL)
			return true;
	return false;
}

/* Looks at all lines, and remembers them by their numbers. */
static void
look_at_lines(const struct inspection *i, const struct part *p,
    struct objects *all, struct sum *sum)
{
	struct arena *a = i->message->arena;
	char *text = arena_copy(a, (const char *)p->bytes, p->size);
	size_t count = 1;

	for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++)
		count++;
	all->list = arena_get(a, count * sizeof *all->list);
	all->waiting = arena_get(a, count * sizeof *all->waiting);
	for (char *end; text != NULL; text = end) {
		end = strchr(text, '\n');
		if (end != NULL)
			*end++ = '\0';
		all->list[all->count++] =
		    (struct object){ .number = strtoul(text, NULL, 10),
			    .line = text };
		look_at_line(i, p->parent, text, sum);
		sum->automatic |= has_scripts(text);
	}
	qsort(all->list, all->count, sizeof *all->list, by_number);
}

static void
look_at(const struct inspection *i, const struct part *p)
{
	struct objects all = { .count = 0 };
	struct sum sum = { 0 };

	look_at_lines(i, p, &all, &sum);
	for (size_t n = 0; n < all.count && !sum.automatic; n++)
		sum.automatic = is_act(&all, all.list[n].line, "/OpenAction") ||
				is_act(&all, all.list[n].line, "/AA") ||
				any_acts(&all);
	if (sum.form && form_has_scripts(i->message, p->parent))
		inspect_fact(i, FACT_PDF_JAVASCRIPT, p->parent, "%s",
		    "JavaScript in a form in XML");
	if (sum.automatic)
		inspect_fact(i, FACT_PDF_AUTO, p->parent, "%s",
		    "acts when it is opened");
	if (sum.pages == 1 && sum.images > 0 && sum.images <= 2 &&
	    sum.fonts == 0 && leads_to_one(p->parent))
		inspect_fact(i, FACT_PDF_LURE, p->parent, "%s",
		    p->parent->links->url);
}

static void
run(struct inspection *i)
{
	for (const struct part *p = i->message->root; p != NULL; p = p->next)
		if (p->origin == ORIGIN_OBJECTS)
			look_at(i, p);
}

const struct inspector inspect_pdf = {
	.looks_for = "what PDF documents do and carry",
	.run = run,
};
