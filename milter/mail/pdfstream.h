/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_PDFSTREAM_H
#define SKM_MAIL_PDFSTREAM_H

#include "milter/mail/pdfkeys.h"

/* A PDF on its way: what its readers share. */
struct pdfstream {
	struct reading *r;
	struct node *n;
	struct pdfdoc doc;
	struct pdfkeys keys;
};

/* What is to be done with the bytes of a stream; line is its object's, which
 * lives as long as the arena. */
typedef void pdfstream_use(void *owner, const struct pdfobject *o,
    const char *line, const struct buf *bytes);

/* What a stream is read as. */
enum pdfstream_kind { PDFSTREAM_OBJECTS, PDFSTREAM_FILE, PDFSTREAM_PICTURE };

/*
 * Hands out what the stream of an object holds, as each reader would read it
 * that knows how: by each of its filters, if it names several, and each key.
 * Where none fits, what came before a fault. What could not be read is a mark,
 * but for pictures, of which not all kinds are read; they may be JPEG.
 */
void pdfstream_read(struct pdfstream *p, size_t object,
    enum pdfstream_kind kind, pdfstream_use *use, void *owner);

/* Unpacks all streams of objects, and what they refer to in each other. */
void pdfstream_unpack(struct pdfstream *p);

/* Marks the part: a limit that was met, what could not be read. */
void pdfstream_limit(struct pdfstream *p, const char *name);
void pdfstream_undecoded(struct pdfstream *p, const char *what);

#endif
