/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_WORDS_H
#define SKM_MAIL_WORDS_H

#include "milter/mail/span.h"

/*
 * Header text to UTF-8: encoded-words (RFC 2047), raw JIS, raw 8-bit.
 *
 * The bytes of neighbouring words in one charset are put together before they
 * are converted, because Japanese mailers cut inside a character; blanks
 * between such words are not text.
 */

/* The text of a field's value, unfolded, not trimmed, in the arena; *trouble gets the bits
 * of charset.h and may be NULL. */
char *words_decode(struct arena *a, struct span value, unsigned *trouble);

#endif
