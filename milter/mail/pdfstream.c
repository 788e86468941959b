/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "milter/base/count.h"
#include "milter/mail/pdffilter.h"
#include "milter/mail/pdfstream.h"
#include "milter/mail/pdftext.h"
#include "milter/mail/pdfvalue.h"
#include "milter/base/banned.h"

enum {
	FILTERS = 4, /* entries of one name in a dictionary */
	ROUNDS = 4
};

void
pdfstream_limit(struct pdfstream *p, const char *name)
{
	reading_mark(p->r, p->n, MARK_LIMIT, p->n->whole.at, "%s: PDF", name);
}

void
pdfstream_undecoded(struct pdfstream *p, const char *what)
{
	reading_mark(p->r, p->n, MARK_UNDECODED, p->n->whole.at, "PDF: %s",
	    what);
}

/* The filters of a stream and their parameters: the nth of those that its
 * dictionary names, by either name of the entry. False if it has not so many.
 */
static bool
nth_filters(const char *line, int nth, const char **filters,
    const char **parameters)
{
	static const char *const names[] = { "/Filter", "/F" };
	const char *value;
	int have = 0;

	*parameters = pdftext_entry(line, "/DecodeParms", nth);
	if (*parameters == NULL)
		*parameters = pdftext_entry(line, "/DecodeParms", 0);
	if (*parameters == NULL)
		*parameters = pdftext_entry(line, "/DP", 0);
	for (size_t n = 0; n < COUNT(names); n++)
		for (int i = 0;
		     i < PDFTEXT_ENTRIES &&
		     (value = pdftext_entry(line, names[n], i)) != NULL;
		     i++) {
			/* "/F" may be a file, too. */
			if (n == 1 && *value != '/' && *value != '[')
				continue;
			if (have++ == nth) {
				*filters = value;
				return true;
			}
		}
	*filters = NULL;
	return nth == 0 && have == 0;
}

/* One way to read a stream; the best of those that met a fault is kept. */
static enum unfiltered
decode_as(struct pdfstream *p, const struct pdfobject *o, const char *line,
    int nth, enum pdfstream_kind kind, const struct pdfway *way,
    struct buf *out)
{
	const char *filters, *parameters;
	struct span in = pdfdoc_stream(&p->doc, o);
	enum unfiltered result;
	struct buf clear;

	(void)nth_filters(line, nth, &filters, &parameters);
	buf_init(&clear, p->r->limits->member);
	if (way->lock != NULL) {
		if (!pdflock_decrypt(way->lock, way->of, o->number,
			o->generation, in, &clear))
			pdfstream_limit(p, "scan_member");
		in = (struct span){ (const unsigned char *)buf_text(&clear),
			clear.len };
	}
	result = pdffilter_undo(filters, parameters, in, out);
	buf_free(&clear);
	if (kind == PDFSTREAM_PICTURE)
		return result == UNFILTERED_JPEG ? UNFILTERED : result;
	if (result == UNFILTERED_JPEG)
		result = UNFILTERED_NOT;
	if (result == UNFILTERED_LIMIT)
		pdfstream_limit(p, "scan_member");
	if (result == UNFILTERED_NOT)
		pdfstream_undecoded(p, "a filter that is not known here");
	return result == UNFILTERED && out->len == 0 && in.len > 0
		   ? UNFILTERED_FAULT
		   : result;
}

/* More entries of one name than are looked at? */
static bool
has_too_many(const char *line)
{
	static const char *const names[] = { "/Filter", "/F", "/DecodeParms",
		"/Length", "/First" };

	for (size_t i = 0; i < COUNT(names); i++)
		if (pdftext_entry(line, names[i], PDFTEXT_ENTRIES) != NULL)
			return true;
	return false;
}

void
pdfstream_read(struct pdfstream *p, size_t object, enum pdfstream_kind kind,
    pdfstream_use *use, void *owner)
{
	struct pdfobject o = *pdfdoc_object(&p->doc, object);
	char *line =
	    arena_string(p->r->message->arena, pdfdoc_line(&p->doc, &o));
	const char *filters, *parameters;
	struct pdfway ways[PDFKEYS_WAYS];
	size_t count =
	    pdfkeys_ways(&p->keys, line, kind == PDFSTREAM_FILE, ways);
	struct buf faulty, out;
	bool fits = false;
	int nth;

	buf_init(&faulty, p->r->limits->member);
	if (has_too_many(line))
		pdfstream_limit(p, "entries");
	for (nth = 0; nth_filters(line, nth, &filters, &parameters); nth++) {
		if (nth == FILTERS) {
			pdfstream_limit(p, "filters");
			break;
		}
		for (size_t i = 0; i < count; i++) {
			enum unfiltered result;

			buf_init(&out, p->r->limits->member);
			result =
			    decode_as(p, &o, line, nth, kind, &ways[i], &out);
			if (result == UNFILTERED ||
			    result == UNFILTERED_LIMIT) {
				fits = true;
				use(owner, &o, line, &out);
			} else if (out.len > faulty.len) {
				struct buf other = faulty;

				faulty = out;
				out = other;
			}
			buf_free(&out);
		}
	}
	if (!fits && faulty.len > 0)
		use(owner, &o, line, &faulty);
	else if (!fits && o.stream.len > 0 && kind != PDFSTREAM_PICTURE)
		pdfstream_undecoded(p, "a stream that is broken");
	buf_free(&faulty);
}

/* Objects that are packed into a stream (ISO 32000-1, 7.5.7). */
static void
use_packed(void *owner, const struct pdfobject *o, const char *line,
    const struct buf *bytes)
{
	struct span s = { (const unsigned char *)buf_text(bytes), bytes->len };
	struct pdfstream *p = owner;
	const char *first;
	bool any = false;

	(void)o;
	(void)reading_take(p->r, p->n, bytes->len);
	for (int i = 0; i < PDFTEXT_ENTRIES &&
			(first = pdftext_entry(line, "/First", i)) != NULL;
	     i++)
		any |=
		    !pdftext_is_reference(first) &&
		    pdfdoc_unpack(&p->doc, s, (size_t)strtoul(first, NULL, 10));
	if (!any)
		pdfstream_undecoded(p, "a stream of objects that is broken");
}

/* Readers know a stream of objects by where they look for it, whatever type
 * it says that it has. */
static bool
is_packed(const char *line)
{
	return pdftext_entry(line, "/First", 0) != NULL &&
	       (pdftext_entry(line, "/N", 0) != NULL ||
		   strstr(line, "/ObjStm ") != NULL);
}

/* Or may what it takes to unpack it be packed itself, still? */
static bool
is_ready(const char *line)
{
	const char *filters, *parameters;
	const char *first = pdftext_entry(line, "/First", 0);

	(void)nth_filters(line, 0, &filters, &parameters);
	return (filters == NULL || !pdftext_is_reference(filters)) &&
	       (first == NULL || !pdftext_is_reference(first));
}

/* One round over all objects; all: those too that are not ready. Returns
 * whether there was one to unpack. */
static bool
unpack_round(struct pdfstream *p, bool all)
{
	size_t count = p->doc.count;
	bool any = false;

	for (size_t i = 0; i < count; i++) {
		struct pdfobject *o = pdfdoc_object(&p->doc, i);
		const char *line = pdfdoc_line(&p->doc, o);

		if (o->done || o->stream.at == NULL || !is_packed(line) ||
		    (!all && !is_ready(line)))
			continue;
		o->done = any = true;
		pdfstream_read(p, i, PDFSTREAM_OBJECTS, use_packed, p);
	}
	if (any)
		pdfvalue_expand(&p->doc);
	return any;
}

void
pdfstream_unpack(struct pdfstream *p)
{
	int rounds = 0;

	while (unpack_round(p, false) && ++rounds < ROUNDS)
		continue;
	/* What is left refers to nothing, or in a circle: it is marked. */
	(void)unpack_round(p, true);
}
