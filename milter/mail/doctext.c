/* SPDX-License-Identifier: ISC */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "milter/base/count.h"
#include "milter/base/text.h"
#include "milter/mail/biff.h"
#include "milter/mail/doctext.h"
#include "milter/mail/xml.h"
#include "milter/base/banned.h"

enum {
	LINE_MOST = 65536,
	SHARED_MOST = 256, /* of a string in a cell */
	COLUMNS = 64, /* what stands further right is not put in place */
	STRINGS_MOST = 256 << 20
};

struct reader {
	struct doctext *d;
	enum doctext_kind kind;
	bool enough; /* the caller said so: no more lines for it */
	bool odf; /* text stands in paragraphs themselves */
	bool sharing; /* these are the shared strings: keep them */
	int rows; /* of tables, one in another */
	int paragraph; /* ODF: inside so many */
	bool taking; /* inside an element that holds text */
	bool phonetic; /* inside how the text is read: a second time the name */
	bool shared; /* the cell's text is a number of a string */
	int column, repeated;
	struct buf line, number;
};

static const char *const lines[] = { "p", "h", "si" };
static const char *const rows[] = { "tr", "table-row", "row" };
static const char *const cells[] = { "tc", "table-cell", "c" };
static const char *const texts[] = { "t", "v", "delText", "oddHeader",
	"oddFooter" };

/* SAX2 gives five pointers for each attribute. */
static void
attribute(int count, const xmlChar **list, const char *name, char *value,
    size_t size)
{
	value[0] = '\0';
	for (int i = 0; i < count; i++, list += 5) {
		size_t len = (size_t)(list[4] - list[3]);

		if (strcmp((const char *)list[0], name) != 0 || len >= size)
			continue;
		memcpy(value, list[3], len);
		value[len] = '\0';
	}
}

void
doctext_share(struct doctext *d, const char *text, size_t len)
{
	uint32_t start = (uint32_t)d->strings.len;

	/* When one has no room none after it has: it would take its number. */
	if (d->strings.limit - d->strings.len <= SHARED_MOST)
		return;
	len = len < SHARED_MOST ? len : SHARED_MOST;
	if (buf_add(&d->strings, text, len) == 0 &&
	    buf_add(&d->strings, "", 1) == 0)
		(void)buf_add(&d->starts, &start, sizeof start);
}

const char *
doctext_shared(const struct doctext *d, size_t number)
{
	uint32_t start;

	if (number >= d->starts.len / sizeof start)
		return "";
	memcpy(&start, d->starts.data + number * sizeof start, sizeof start);
	return (const char *)d->strings.data + start;
}

static void
flush(struct reader *r)
{
	size_t len = r->line.len;

	while (len > 0 && strchr(" \t\r\n", r->line.data[len - 1]) != NULL)
		len--;
	if (r->sharing) {
		doctext_share(r->d, buf_text(&r->line), len);
	} else if (len > 0 && !r->enough) {
		r->enough = !r->d->line(r->d->owner, buf_text(&r->line), len);
	}
	buf_clear(&r->line);
}

static void
add(struct reader *r, const char *bytes, size_t len)
{
	while (len > 0) {
		size_t piece = len < LINE_MOST ? len : LINE_MOST;

		if (r->line.len + piece > LINE_MOST && !r->sharing)
			flush(r);
		(void)buf_add(&r->line, bytes, piece);
		bytes += piece;
		len -= piece;
	}
}

/* Cells that are empty may be left out: "C7" is the third of its row. */
static void
begin_cell(struct reader *r, int count, const xmlChar **list)
{
	char text[16];
	int column = 0;

	attribute(count, list, "t", text, sizeof text);
	r->shared = strcmp(text, "s") == 0;
	attribute(count, list, "number-columns-repeated", text, sizeof text);
	r->repeated = atoi(text);
	attribute(count, list, "r", text, sizeof text);
	for (const char *c = text; *c >= 'A' && *c <= 'Z' && column < COLUMNS;
	     c++)
		column = 26 * column + (*c - 'A' + 1);
	for (; r->column + 1 < column && r->column < COLUMNS; r->column++)
		add(r, "\t", 1);
}

static void
end_cell(struct reader *r)
{
	int count = r->repeated > 1 && r->repeated < COLUMNS ? r->repeated : 1;

	for (; count > 0; count--, r->column++)
		add(r, "\t", 1);
	r->shared = false;
	r->repeated = 0;
}

static void
begin_text(struct reader *r, const char *name, int count, const xmlChar **list)
{
	if (text_in(name, rows, COUNT(rows))) {
		if (r->rows++ == 0)
			flush(r);
		r->column = 0;
	} else if (text_in(name, cells, COUNT(cells))) {
		begin_cell(r, count, list);
	} else if (strcmp(name, "tab") == 0) {
		add(r, "\t", 1);
	} else if (strcmp(name, "br") == 0 || strcmp(name, "line-break") == 0) {
		add(r, " ", 1);
	}
	r->paragraph += r->odf && text_in(name, lines, COUNT(lines));
	r->phonetic = r->phonetic || strcmp(name, "rPh") == 0;
	r->taking = !r->phonetic && text_in(name, texts, COUNT(texts));
	buf_clear(&r->number);
}

static void
begin(void *context, const xmlChar *local, const xmlChar *prefix,
    const xmlChar *uri, int namespaces, const xmlChar **list_ns, int count,
    int defaulted, const xmlChar **list)
{
	struct reader *r = context;
	const char *name = (const char *)local;

	(void)prefix, (void)uri, (void)namespaces, (void)list_ns;
	(void)defaulted;
	if (strcmp(name, "document-content") == 0 ||
	    strcmp(name, "document-styles") == 0)
		r->odf = true;
	if (r->kind == DOCTEXT_PROPERTIES) {
		flush(r);
		snprintf(r->d->property, sizeof r->d->property, "%s", name);
	} else {
		begin_text(r, name, count, list);
	}
}

static void
end_text(struct reader *r, const char *name)
{
	const char *shared;

	if (r->taking && r->shared) {
		shared = doctext_shared(r->d,
		    strtoul(buf_text(&r->number), NULL, 10));
		add(r, shared, strlen(shared));
	}
	r->taking = false;
	r->phonetic = r->phonetic && strcmp(name, "rPh") != 0;
	if (text_in(name, rows, COUNT(rows))) {
		r->rows -= r->rows > 0;
		if (r->rows == 0)
			flush(r);
	} else if (text_in(name, cells, COUNT(cells))) {
		end_cell(r);
	} else if (text_in(name, lines, COUNT(lines))) {
		r->paragraph -= r->paragraph > 0;
		if (r->rows == 0 && (!r->sharing || strcmp(name, "si") == 0))
			flush(r);
		else
			add(r, " ", 1);
	}
}

static void
end(void *context, const xmlChar *local, const xmlChar *prefix,
    const xmlChar *uri)
{
	struct reader *r = context;

	(void)prefix, (void)uri;
	if (r->kind == DOCTEXT_PROPERTIES)
		flush(r);
	else
		end_text(r, (const char *)local);
}

static void
characters(void *context, const xmlChar *bytes, int len)
{
	struct reader *r = context;

	if (r->taking && r->shared)
		(void)buf_add(&r->number, bytes, (size_t)len);
	else if (r->taking || r->paragraph > 0 || r->kind == DOCTEXT_PROPERTIES)
		add(r, (const char *)bytes, (size_t)len);
}

static void
parse(struct reader *r, const void *bytes, size_t size)
{
	xmlSAXHandler handler = { .startElementNs = begin,
		.endElementNs = end,
		.characters = characters };

	buf_init(&r->line, 2 * LINE_MOST);
	buf_init(&r->number, 16);
	xml_read(&handler, r, &r->enough, bytes, size);
	if (!r->sharing)
		flush(r);
	buf_free(&r->line);
	buf_free(&r->number);
}

static bool
is_member(const struct part *p, const char *begins, const char *ends)
{
	return p->origin == ORIGIN_MEMBER && p->names != NULL &&
	       p->bytes != NULL && text_starts(p->names->name, begins) &&
	       text_ends(p->names->name, ends);
}

static bool
is_workbook(const struct part *p)
{
	return p->origin == ORIGIN_STREAM && p->names != NULL &&
	       strcmp(p->names->name, "Workbook") == 0;
}

enum doctext_kind
doctext_kind(const struct part *p)
{
	static const struct {
		const char *begins, *ends;
		enum doctext_kind kind;
	} members[] = {
		{ "docProps/", ".xml", DOCTEXT_PROPERTIES },
		{ "meta.xml", "meta.xml", DOCTEXT_PROPERTIES },
		{ "word/document", ".xml", DOCTEXT_BODY },
		{ "word/header", ".xml", DOCTEXT_BODY },
		{ "word/footer", ".xml", DOCTEXT_BODY },
		{ "word/comments", ".xml", DOCTEXT_BODY },
		{ "word/footnotes", ".xml", DOCTEXT_BODY },
		{ "word/endnotes", ".xml", DOCTEXT_BODY },
		{ "xl/sharedStrings", ".xml", DOCTEXT_BODY },
		{ "xl/worksheets/", ".xml", DOCTEXT_BODY },
		{ "ppt/slides/", ".xml", DOCTEXT_BODY },
		{ "ppt/notesSlides/", ".xml", DOCTEXT_BODY },
		{ "content.xml", "content.xml", DOCTEXT_BODY },
		{ "styles.xml", "styles.xml", DOCTEXT_BODY },
	};

	for (size_t n = 0; n < COUNT(members); n++)
		if (is_member(p, members[n].begins, members[n].ends))
			return members[n].kind;
	return is_workbook(p) ? DOCTEXT_BODY : DOCTEXT_NONE;
}

struct doctext
doctext_begin(void *owner,
    bool (*line)(void *owner, const char *text, size_t len))
{
	struct doctext d = { .owner = owner, .line = line };

	buf_init(&d.strings, STRINGS_MOST);
	buf_init(&d.starts, STRINGS_MOST);
	return d;
}

void
doctext_end(struct doctext *d)
{
	buf_free(&d->strings);
	buf_free(&d->starts);
}

/* The strings that the sheets of p's workbook share. */
static void
read_shared(struct doctext *d, const struct part *p)
{
	struct reader r = { .d = d, .kind = DOCTEXT_BODY, .sharing = true };

	if (p->parent == NULL)
		return;
	for (p = p->parent->child; p != NULL; p = p->sibling)
		if (is_member(p, "xl/sharedStrings", ".xml"))
			break;
	if (p == NULL || p == d->shared)
		return;
	d->shared = p;
	buf_clear(&d->strings);
	buf_clear(&d->starts);
	parse(&r, p->bytes, p->size);
}

void
doctext_read(struct doctext *d, const struct part *p)
{
	struct reader r = { .d = d, .kind = doctext_kind(p) };

	if (is_workbook(p)) {
		biff_read(d, (struct span){ p->bytes, p->size });
		return;
	}
	if (is_member(p, "xl/worksheets/", ".xml"))
		read_shared(d, p);
	parse(&r, p->bytes, p->size);
}

void
doctext_values(struct doctext *d, const void *bytes, size_t len)
{
	struct reader r = { .d = d, .kind = DOCTEXT_PROPERTIES };

	parse(&r, bytes, len);
}
