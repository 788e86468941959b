/* SPDX-License-Identifier: ISC */
#ifndef SKM_INSPECT_LINES_H
#define SKM_INSPECT_LINES_H

#include "milter/mail/message.h"

/* Small files that Windows reads line by line, in ASCII or UTF-16. */

/* The first 64 KB of a part as UTF-8, in the arena, without a byte order mark;
 * NULL when it is no text. What is behind is known by its name only. */
char *lines_text(struct arena *a, const struct part *p);

/* Takes the next line off *rest, which it cuts there: without blanks at either
 * end. NULL at the end. */
char *lines_next(char **rest);

#endif
