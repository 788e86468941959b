/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_DOCTEXT_H
#define SKM_MAIL_DOCTEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "milter/base/buf.h"
#include "milter/mail/message.h"

/*
 * The text of an office document (the XML of OOXML, ECMA-376, and of ODF; the
 * workbooks of Excel 97, see biff.h), line by line, as a person reads it: a
 * paragraph is a line; so is a row of a table or sheet, with a tab between its
 * cells, empty ones too. Nothing is kept, so documents of any size are read to
 * their end.
 *
 * A line beyond 64 KiB comes in pieces, of a cell that many cells share its
 * first 256 bytes: all of it is a line where it stands (sharedStrings.xml).
 */
struct doctext {
	void *owner;
	/* Called for each line that is not empty, of len bytes of UTF-8; false
	 * when it was enough. */
	bool (*line)(void *owner, const char *text, size_t len);
	/* of properties, during the call: the last element that began
	 * ("creator"), cut to what fits */
	char property[32];
	/* not the caller's: the shared strings of the workbook read last */
	const struct part *shared;
	struct buf strings, starts;
};

enum doctext_kind {
	DOCTEXT_NONE, /* has no text that anybody reads */
	DOCTEXT_BODY, /* text, sheets, slides, headers and footers */
	DOCTEXT_PROPERTIES /* title, keywords, labels: each value is a line */
};

/* What a part is in a document, by its name there. */
enum doctext_kind doctext_kind(const struct part *p);

/* A reader that calls line; doctext_end() gives back what it holds. */
struct doctext doctext_begin(void *owner,
    bool (*line)(void *owner, const char *text, size_t len));
void doctext_end(struct doctext *d);

/* Reads a part that is of a kind other than none; what is broken ends it. */
void doctext_read(struct doctext *d, const struct part *p);

/* Keeps the next string that cells share, or gives back that of a number, ""
 * if there is none: it is the reader's. For those that read sheets. */
void doctext_share(struct doctext *d, const char *text, size_t len);
const char *doctext_shared(const struct doctext *d, size_t number);

/* Reads len bytes of XML as properties, for XMP in other files. */
void doctext_values(struct doctext *d, const void *bytes, size_t len);

#endif
