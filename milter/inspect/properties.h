/* SPDX-License-Identifier: ISC */
#ifndef SKM_INSPECT_PROPERTIES_H
#define SKM_INSPECT_PROPERTIES_H

#include <stdbool.h>
#include <stddef.h>

#include "milter/mail/message.h"

/*
 * What a document says about itself: its properties (keywords, category, the
 * labels of Purview) and the first lines of its text, headers and slides.
 *
 * Of a PDF, the /Info and the XMP that stand uncompressed in the file, which
 * is how they are written so that programs need not read the rest.
 */

/* Calls line for each of p, with head: it is a line of the text, until it
 * returns false; text is len bytes of UTF-8, valid during the call. */
void properties_read(struct arena *a, const struct part *p, void *owner,
    bool (*line)(void *owner, bool head, const char *text, size_t len));

#endif
