/* SPDX-License-Identifier: ISC */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "milter/base/count.h"
#include "milter/inspect/inspect.h"
#include "milter/mail/pdf.h"
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

/* The line of the object that a reference names. */
static const char *
object(const char *const *lines, size_t count, unsigned long number)
{
	for (size_t i = 0; i < count; i++)
		if (isdigit((unsigned char)lines[i][0]) &&
		    strtoul(lines[i], NULL, 10) == number)
			return lines[i];
	return "";
}

/* Does what stands behind the name act? It may be a reference. */
static bool
is_act(const char *value, const char *const *lines, size_t count)
{
	if (value == NULL)
		return false;
	if (isdigit((unsigned char)*value))
		value = object(lines, count, strtoul(value, NULL, 10));
	return any(value, acts, COUNT(acts));
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
	const char **lines;
	struct sum sum = { 0 };
	size_t count = 1;

	for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++)
		count++;
	lines = arena_get(i->message->arena, count * sizeof *lines);
	count = 0;
	for (char *end; text != NULL; text = end) {
		end = strchr(text, '\n');
		if (end != NULL)
			*end++ = '\0';
		lines[count++] = text;
		look_at_line(i, p->parent, text, &sum);
	}
	for (size_t n = 0; n < count && !sum.automatic; n++)
		sum.automatic =
		    is_act(behind(lines[n], "/OpenAction "), lines, count) ||
		    is_act(behind(lines[n], "/AA "), lines, count);
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
		if (p->origin == ORIGIN_STREAM && p->names != NULL &&
		    strcmp(p->names->name, PDF_OBJECTS) == 0 &&
		    strcmp(p->names->source, "pdf") == 0)
			look_at(i, p);
}

const struct inspector inspect_pdf = {
	.looks_for = "what PDF documents do and carry",
	.run = run,
};
