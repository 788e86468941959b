/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_PDFTEXT_H
#define SKM_MAIL_PDFTEXT_H

#include "milter/base/buf.h"
#include "milter/mail/span.h"

/*
 * The syntax of PDF objects (ISO 32000-1, 7.2, 7.3).
 */

enum {
	PDFTEXT_BLANK = 0x1f, /* a blank in a string */
	PDFTEXT_ENTRIES = 8 /* of one name in a dictionary that are looked at */
};

/* A white-space character (7.2.2). */
bool pdftext_space(int c);

/* What pdftext_flatten() reads, and what it found. */
struct pdftext {
	struct span in; /* then what is left of it */
	struct buf *out;
	bool one; /* ends behind one value, not at the object's end */
	/* Changes the bytes of a string before they are written (decryption);
	 * NULL for none. */
	void (*open)(void *owner, struct buf *string);
	void *owner;
	/* Set: what stands behind the word "stream", empty without one. */
	struct span stream;
};

/*
 * Writes tokens in the form of pdf.h, one blank behind each. An object ends at
 * "stream", "endobj" or "obj" outside of its dictionary: inside of it readers
 * take these for values that mean nothing, and go on.
 */
void pdftext_flatten(struct pdftext *t);

/* In an object's line: what stands behind "/Name ", NULL if it is not there. */
const char *pdftext_value(const char *line, const char *name);

/*
 * The value of an entry of the line's own dictionary, and of none inside it;
 * NULL if it has no such entry. nth counts from 0: of two entries of one name,
 * readers take either.
 */
const char *pdftext_entry(const char *line, const char *name, int nth);

/* Behind the token of a line that begins at `at`, and behind its value: a
 * dictionary, an array, a reference or a token. */
const char *pdftext_after_token(const char *at);
const char *pdftext_after_value(const char *at);

/* Is the value a reference: "12 0 R"? */
bool pdftext_is_reference(const char *at);

/* The bytes of the string that s begins with, for what is no text; in the
 * arena, empty if there is none. */
struct span pdftext_string(struct arena *a, struct span s);

/* The same of the string behind a name in an object as it stands in the file.
 */
struct span
pdftext_bytes(struct arena *a, struct span object, const char *name);

#endif
