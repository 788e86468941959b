/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_PDFDOC_H
#define SKM_MAIL_PDFDOC_H

#include "milter/base/buf.h"
#include "milter/mail/span.h"

/*
 * The objects of a PDF, each as a line of pdf.h. All that could be one is one:
 * a table may lead a reader to any place in the bytes, into a string or stream
 * of another object too, and to any of several objects of one number. So each
 * "1 0 obj" begins an object, wherever it stands, and none hides another.
 */
struct pdfobject {
	unsigned number, generation; /* 0, 0: a trailer */
	size_t line; /* where it begins in the text */
	size_t expanded; /* and in the expanded one, from 1; 0: not yet */
	struct span bytes; /* from behind "obj"; of a packed one: empty */
	struct span stream; /* from behind "stream"; empty if it has none */
	bool packed; /* in a stream of objects */
	bool done; /* for the caller */
};

struct pdfdoc {
	struct span bytes;
	struct buf text; /* the lines, each ends with NUL */
	struct buf expanded; /* the same, see pdfvalue.h */
	struct buf objects; /* of struct pdfobject */
	size_t count; /* of objects */
	size_t work; /* bytes that may still be looked at */
	bool touches; /* bytes of a stream stood behind the word itself */
	const char *limit; /* which limit was met; NULL for none */
};

/* Empty; the text will be as long as most bytes. A limit that was met is
 * d->limit: of most, of objects, and of how often the bytes are looked at, since
 * objects may overlap. */
void pdfdoc_init(struct pdfdoc *d, struct span bytes, size_t most);
void pdfdoc_free(struct pdfdoc *d);

/* Object number i, counted from 0 in the order in which they were found; until
 * objects are added. */
struct pdfobject *pdfdoc_object(const struct pdfdoc *d, size_t i);

/* The object's line, a string, until objects are added: as it stands in the
 * document, and expanded (pdfvalue.h), once it is. */
const char *pdfdoc_source(const struct pdfdoc *d, const struct pdfobject *o);
const char *pdfdoc_line(const struct pdfdoc *d, const struct pdfobject *o);

/* Adds all objects of the bytes, and the trailers. */
void pdfdoc_scan(struct pdfdoc *d);

/* Adds those that have an unpacked stream of objects (7.5.7), whose first one
 * is at first. False if it is none. */
bool pdfdoc_unpack(struct pdfdoc *d, struct span unpacked, size_t first);

/*
 * Writes the lines of the first count objects anew, their strings changed by
 * open (pdftext.h), while *o is the object: decryption. With add they are added
 * to those that are there. Not once objects were unpacked, whose strings are
 * not encrypted.
 */
void pdfdoc_reopen(struct pdfdoc *d, size_t count, bool add,
    void (*open)(void *owner, struct buf *string), void *owner,
    const struct pdfobject **o);

/* The bytes of its stream: the longest that some reader would take. */
struct span pdfdoc_stream(struct pdfdoc *d, const struct pdfobject *o);

#endif
