/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_PDFTEXT_H
#define SKM_MAIL_PDFTEXT_H

#include "milter/base/buf.h"
#include "milter/mail/span.h"

/*
 * The syntax of PDF objects (ISO 32000-1, 7.2, 7.3).
 */

enum { PDFTEXT_BLANK = 0x1f }; /* a blank in a string */

/*
 * Writes the tokens of *s to out in the form of pdf.h, up to one of the words
 * "stream", "endobj", "obj", or to the end; *s is then behind it. With lines,
 * each object at the outermost level ends its line. True: it was "stream".
 */
bool pdftext_flatten(struct span *s, struct buf *out, bool lines);

/* In an object's line: what stands behind "/Name ", NULL if it is not there. */
const char *pdftext_value(const char *line, const char *name);

/* The bytes of the string that s begins with, for what is no text; in the
 * arena, empty if there is none. */
struct span pdftext_string(struct arena *a, struct span s);

/* The same of the string behind a name in an object as it stands in the file.
 */
struct span pdftext_bytes(struct arena *a, struct span object,
    const char *name);

enum unfiltered {
	UNFILTERED, /* what came before a fault, if there was one */
	UNFILTERED_LIMIT, /* the same, cut at the limit of out */
	UNFILTERED_NOT /* a filter that is not known: of a picture, say */
};

/* Undoes the filters that an object's line names, in their order: Flate,
 * ASCIIHex, ASCII85. */
enum unfiltered pdftext_unfilter(const char *line, struct span in,
    struct buf *out);

#endif
