/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_BASE64_H
#define SKM_MAIL_BASE64_H

#include "milter/mail/span.h"

/*
 * Base64 (RFC 2045 6.8) as the most lenient readers take it: other characters
 * are skipped, and data goes on after padding. Where a stricter reader would
 * have stopped or seen something else is told: GMime's decoder, and any other
 * library's, hides just that.
 */
struct base64 {
	const char *odd; /* what was seen first, or NULL */
	const unsigned char *at; /* and where */
	bool ragged; /* a line ended inside a group of four: legal, and
		      * other bytes to who decodes line by line */
};

/* Decodes all of in to out, which has room for in.len bytes; bytes written. */
size_t base64_decode(struct base64 *b, struct span in, unsigned char *out);

#endif
