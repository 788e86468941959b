/* SPDX-License-Identifier: ISC */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "milter/base/count.h"
#include "milter/inspect/inspect.h"
#include "milter/base/banned.h"

enum { REFERENCES = 16 };

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
static const char *const shares[] = { "(\\\\", "(file:", "(smb:", "(//",
	"(\xfe\xff\\\\" };

static bool
any(const char *line, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcasestr(line, words[i]) != NULL)
			return true;
	return false;
}

/* The objects by their numbers, and whether each was found to act. */
struct object {
	unsigned long number;
	const char *line;
	enum { UNASKED, ACTS, RESTS } state;
};

struct objects {
	struct object *list;
	size_t count;
};

static int
by_number(const void *a, const void *b)
{
	unsigned long x = ((const struct object *)a)->number;
	unsigned long y = ((const struct object *)b)->number;

	return (x > y) - (x < y);
}

/* Does the object of a reference act? Each is looked at once. */
static bool
refers_to_act(const struct objects *all, const char *reference)
{
	struct object key = { .number = strtoul(reference, NULL, 10) };
	struct object *o =
	    bsearch(&key, all->list, all->count, sizeof *all->list, by_number);

	if (o == NULL)
		return false;
	if (o->state == UNASKED)
		o->state = any(o->line, acts, COUNT(acts)) ? ACTS : RESTS;
	return o->state == ACTS;
}

static bool
is_reference(const char *at)
{
	if (!isdigit((unsigned char)*at))
		return false;
	at += strspn(at, "0123456789");
	at += strspn(at, " ");
	at += strspn(at, "0123456789");
	return strncmp(at, " R ", 3) == 0;
}

/* Does what stands behind the name act: itself, or what it refers to? Triggers
 * each refer to an action of their own. */
static bool
is_act(const char *value, const struct objects *all)
{
	size_t references = 0;

	if (value == NULL)
		return false;
	if (*value == '<' && any(value, acts, COUNT(acts)))
		return true;
	for (; *value != '\0' && references < REFERENCES; value++) {
		if (value[-1] == ' ' && is_reference(value)) {
			if (refers_to_act(all, value))
				return true;
			references++;
			value += strspn(value, "0123456789 ");
		}
		if (strncmp(value, ">>", 2) == 0 || *value == ']')
			return false;
	}
	return false;
}

static const char *
behind(const char *line, const char *name)
{
	const char *at = strstr(line, name);

	return at == NULL ? NULL : at + strlen(name);
}

struct sum {
	int pages, images, fonts;
	bool automatic;
};

static void
look_at_line(const struct inspection *i, const struct part *p, const char *line,
    struct sum *sum)
{
	for (size_t n = 0; n < COUNT(rows); n++)
		if (strstr(line, rows[n].words) != NULL)
			inspect_fact(i, rows[n].fact, p, "%s", rows[n].says);
	if (any(line, leads, COUNT(leads)) && any(line, shares, COUNT(shares)))
		inspect_fact(i, FACT_PDF_REMOTE, p, "%.200s", line);
	sum->pages += strstr(line, "/Type /Page ") != NULL;
	sum->images += strstr(line, "/Subtype /Image ") != NULL;
	sum->fonts += strstr(line, "/Type /Font ") != NULL;
}

static int
links(const struct part *p)
{
	int count = 0;

	for (const struct link *l = p->links; l != NULL; l = l->next)
		count++;
	return count;
}

static void
look_at(const struct inspection *i, const struct part *p)
{
	char *text =
	    arena_copy(i->message->arena, (const char *)p->bytes, p->size);
	struct objects all = { .count = 1 };
	struct sum sum = { 0 };

	for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++)
		all.count++;
	all.list = arena_get(i->message->arena, all.count * sizeof *all.list);
	all.count = 0;
	for (char *end; text != NULL; text = end) {
		end = strchr(text, '\n');
		if (end != NULL)
			*end++ = '\0';
		all.list[all.count++] =
		    (struct object){ .number = strtoul(text, NULL, 10),
			    .line = text };
		look_at_line(i, p->parent, text, &sum);
	}
	qsort(all.list, all.count, sizeof *all.list, by_number);
	for (size_t n = 0; n < all.count && !sum.automatic; n++)
		sum.automatic =
		    is_act(behind(all.list[n].line, "/OpenAction "), &all) ||
		    is_act(behind(all.list[n].line, "/AA "), &all);
	if (sum.automatic)
		inspect_fact(i, FACT_PDF_AUTO, p->parent, "%s",
		    "acts when it is opened");
	if (sum.pages == 1 && sum.images > 0 && sum.images <= 2 &&
	    sum.fonts == 0 && links(p->parent) == 1)
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
