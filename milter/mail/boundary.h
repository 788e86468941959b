/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_BOUNDARY_H
#define SKM_MAIL_BOUNDARY_H

#include "milter/mail/param.h"

/*
 * The boundary of a multipart, and what a line is to it. Most of the ways to
 * hide an attachment are about which boundary a reader takes (reliability.md
 * M1 to M12).
 */
enum boundary_line {
	LINE_OTHER,
	LINE_OPEN, /* a delimiter */
	LINE_CLOSE, /* the last delimiter */
	LINE_NEAR /* almost one: some readers would take it for one */
};

/* What line (with its line end) is. *odd is set when it is a delimiter only
 * with padding that not all readers skip. */
enum boundary_line
boundary_line(struct span line, struct span boundary, bool *odd);

/*
 * The boundary to cut n's body with: of those that its Content-Type gives the
 * first that is there, else one that a guessing reader would find. Empty if
 * there is none. Marks what is odd about it.
 */
struct span
boundary_choose(struct reading *r, struct node *n, const struct params *type);

/* The boundary of the first line that is followed by a Content-* field, for
 * readers that guess; empty if there is none. */
struct span boundary_guess(struct span body);

/* Is line a field that only the header of a body part has? */
bool boundary_content_field(struct span line);

#endif
