/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "milter/base/count.h"
#include "milter/mail/link.h"
#include "milter/mail/names.h"
#include "milter/mail/pdf.h"
#include "milter/mail/pdfpicture.h"
#include "milter/mail/pdfstream.h"
#include "milter/mail/pdftext.h"
#include "milter/mail/pdfvalue.h"
#include "milter/mail/plain.h"
#include "milter/mail/unlock.h"
#include "milter/mail/unpack.h"
#include "milter/base/banned.h"

enum {
	MARK_WITHIN = 1024,
	FILES = 500,
	TITLES = 12, /* of one file */
	URL_MOST = 8000
};

/* The names that a file specification gives to its files. */
struct titles {
	const char *list[TITLES];
	size_t count;
};

/* Which object holds such a file. */
struct file {
	unsigned number;
	const struct titles *titles;
};

struct pdf {
	struct pdfstream s;
	struct span bytes;
	struct file files[FILES];
	size_t files_count;
	const char *base; /* of links; "" if there is none */
};

static bool
holds(struct span s, const char *word)
{
	return s.len > 0 && memmem(s.at, s.len, word, strlen(word)) != NULL;
}

bool
pdf_is(struct span s)
{
	struct span head = { s.at, s.len < MARK_WITHIN ? s.len : MARK_WITHIN };

	/* A form (FDF) does what a PDF does; some readers need no head. */
	return holds(head, "%PDF") || holds(head, "%FDF-") ||
	       (holds(head, "%!PS-Adobe-") && holds(head, " PDF-")) ||
	       (holds(head, " obj") &&
		   (holds(s, "startxref") || holds(s, "trailer")));
}

/* A string of a line, at its parenthesis. */
static const char *
text_of(struct pdf *p, const char *value)
{
	char *text = arena_copy(p->s.r->message->arena, value + 1,
	    strcspn(value + 1, ")"));

	for (char *c = text; *c != '\0'; c++)
		if (*c == PDFTEXT_BLANK)
			*c = ' ';
	return text;
}

/* The names in a specification: for any system, and in any of its readings. */
static const struct titles *
find_titles(struct pdf *p, const char *line)
{
	static const char *const keys[] = { "/UF", "/F", "/DOS", "/Mac",
		"/Unix" };
	struct titles *t = arena_get(p->s.r->message->arena, sizeof *t);

	for (size_t k = 0; k < COUNT(keys); k++)
		for (const char *at = line;
		     (at = pdftext_value(at, keys[k])) != NULL;) {
			if (*at != '(')
				continue;
			if (t->count == TITLES) {
				pdfstream_limit(&p->s, "names of a file");
				return t;
			}
			t->list[t->count++] = text_of(p, at);
		}
	return t;
}

static void
note_file(struct pdf *p, unsigned number, const struct titles *titles)
{
	if (p->files_count == FILES)
		pdfstream_limit(&p->s, "files");
	else
		p->files[p->files_count++] = (struct file){ number, titles };
}

/* All references from a value's begin to its end are files; those in a list
 * of related ones have their names before them. */
static const char *
note_references(struct pdf *p, const char *value, const struct titles *titles)
{
	const char *end = pdftext_after_value(value);

	for (; value < end; value = pdftext_after_token(value)) {
		if (*value == '(') {
			struct titles *own =
			    arena_get(p->s.r->message->arena, sizeof *own);

			own->list[own->count++] = text_of(p, value);
			titles = own;
		}
		if (pdftext_is_reference(value))
			note_file(p, (unsigned)strtoul(value, NULL, 10),
			    titles);
	}
	return end;
}

/* The files of a specification. */
static void
note_files(struct pdf *p, const char *line)
{
	static const char *const keys[] = { "/EF", "/RF", "/XFA" };
	const struct titles *titles = NULL;

	for (size_t i = 0; i < COUNT(keys); i++)
		for (const char *at = line;
		     (at = pdftext_value(at, keys[i])) != NULL;) {
			if (titles == NULL)
				titles = find_titles(p, line);
			at = note_references(p, at, titles);
		}
}

static void
note_link(struct pdf *p, const char *url)
{
	if (strlen(url) >= URL_MOST)
		pdfstream_limit(&p->s, "link");
	else if (*url != '\0')
		link_add(p->s.r, p->s.n,
		    link_resolve(p->s.r->message->arena, p->base, url), "",
		    LINK_OPENED);
}

/* What a URL may stand behind: a link, a file that is on the Web, a script. */
static void
note_links(struct pdf *p, const char *line)
{
	static const char *const keys[] = { "/URI", "/F", "/JS" };

	for (size_t i = 0; i < COUNT(keys); i++)
		for (const char *at = line;
		     (at = pdftext_value(at, keys[i])) != NULL;) {
			const char *text = *at == '(' ? text_of(p, at) : "";

			if (i == 0 ||
			    (i == 1 && strncasecmp(text, "http", 4) == 0))
				note_link(p, text);
			else if (i == 2)
				plain_links(p->s.r, p->s.n, text, LINK_OPENED);
		}
}

/* Where links begin that name no host (12.6.4.7). */
static void
note_base(struct pdf *p, const char *line)
{
	const char *base = pdftext_value(line, "/Base");

	if (base != NULL && *base == '(' && *p->base == '\0')
		p->base = text_of(p, base);
}

/* The lines in the arena, where they stay. */
static char *
copy_lines(struct pdf *p)
{
	return arena_copy(p->s.r->message->arena, buf_text(&p->s.doc.expanded),
	    p->s.doc.expanded.len);
}

static void
read_lines(struct pdf *p)
{
	const char *text = copy_lines(p), *end = text + p->s.doc.expanded.len;

	p->base = "";
	for (const char *line = text; line < end; line += strlen(line) + 1)
		note_base(p, line);
	for (const char *line = text; line < end; line += strlen(line) + 1) {
		note_files(p, line);
		note_links(p, line);
	}
}

static void
add_names(struct pdf *p, struct node *child, unsigned number)
{
	for (size_t i = 0; i < p->files_count; i++) {
		const struct titles *t = p->files[i].titles;

		for (size_t k = 0; p->files[i].number == number && k < t->count;
		     k++)
			names_add(p->s.r, child, t->list[k], "pdf");
	}
}

static struct node *
add_member(struct pdf *p, const struct buf *bytes, enum part_origin origin)
{
	struct arena *a = p->s.r->message->arena;
	size_t len = reading_take(p->s.r, p->s.n, bytes->len);
	struct span s = { (unsigned char *)arena_copy(a, buf_text(bytes), len),
		len };
	struct node *child = unpack_member(p->s.r, p->s.n, NULL, s);

	if (child != NULL)
		child->part.origin = origin;
	return child;
}

static void
use_file(void *owner, const struct pdfobject *o, const char *line,
    const struct buf *bytes)
{
	struct pdf *p = owner;
	struct node *child = add_member(p, bytes, ORIGIN_MEMBER);

	(void)line;
	if (child != NULL)
		add_names(p, child, o->number);
}

static bool
is_file(const struct pdf *p, const struct pdfobject *o)
{
	for (size_t i = 0; i < p->files_count; i++)
		if (p->files[i].number == o->number)
			return true;
	return strstr(pdfdoc_line(&p->s.doc, o), "/EmbeddedFile ") != NULL;
}

static void
read_files(struct pdf *p)
{
	for (size_t i = 0; i < p->s.doc.count; i++) {
		const struct pdfobject *o = pdfdoc_object(&p->s.doc, i);

		if (o->stream.at != NULL && is_file(p, o))
			pdfstream_read(&p->s, i, PDFSTREAM_FILE, use_file, p);
	}
}

/* What inspectors read: the lines as lines. */
static void
add_objects(struct pdf *p)
{
	struct buf *text = &p->s.doc.expanded;

	for (size_t i = 0; i < text->len; i++)
		if (text->data[i] == '\0')
			text->data[i] = '\n';
	(void)add_member(p, text, ORIGIN_OBJECTS);
}

/* All that its keys, as far as they are open, let be read. */
static void
read_open(struct pdf *p)
{
	if (pdfkeys_strings(&p->s.keys, &p->s.doc))
		pdfvalue_expand(&p->s.doc);
	pdfstream_unpack(&p->s);
	read_lines(p);
	read_files(p);
	pdfpicture_read(&p->s);
	add_objects(p);
	if (p->s.doc.limit != NULL)
		pdfstream_limit(&p->s, p->s.doc.limit);
	if (p->s.doc.touches)
		pdfstream_undecoded(&p->s, "a stream on its keyword's line");
}

static void
scan(struct pdf *p)
{
	pdfdoc_init(&p->s.doc, p->bytes, p->s.r->limits->member);
	pdfdoc_scan(&p->s.doc);
}

static bool
opens(struct reading *r, void *owner, const char *password)
{
	struct pdf *p = owner;

	return unlock_spend(r, pdfkeys_cost(&p->s.keys)) &&
	       pdfkeys_try(&p->s.keys, password);
}

/* What waits may never be asked again, so nothing is kept meanwhile. */
static void
unlock(struct reading *r, struct node *n, void *owner, const char *password)
{
	struct pdf *p = owner;

	(void)r, (void)n, (void)password;
	p->s.keys.plain = false; /* that was read */
	scan(p);
	read_open(p);
	pdfdoc_free(&p->s.doc);
}

void
pdf_read(struct reading *r, struct node *n, struct span bytes)
{
	static const struct unlocker unlocker = { opens, unlock };
	struct arena *a = r->message->arena;
	struct pdf *p = arena_get(a, sizeof *p);

	p->s.r = r;
	p->s.n = n;
	p->bytes = bytes;
	scan(p);
	pdfvalue_expand(&p->s.doc);
	pdfkeys_find(&p->s.keys, a, &p->s.doc);
	(void)opens(r, p, "");
	if (p->s.keys.unknown)
		reading_mark(r, n, MARK_OPAQUE, n->whole.at,
		    "PDF with encryption that is not known here");
	if (pdfkeys_readable(&p->s.keys))
		read_open(p);
	else if (p->s.doc.limit != NULL)
		pdfstream_limit(&p->s, p->s.doc.limit);
	pdfdoc_free(&p->s.doc);
	if (pdfkeys_locked(&p->s.keys))
		unlock_later(r, n, &unlocker, p, "PDF with a password");
}
