/* SPDX-License-Identifier: ISC */
#ifndef SKM_INSPECT_FILETYPE_H
#define SKM_INSPECT_FILETYPE_H

#include <stdbool.h>

#include "milter/base/reason.h"
#include "milter/mail/message.h"

/*
 * What a part is by its bytes, whatever its headers claim (libmagic).
 *
 * Text that a reader shows in the message itself, without a name, is not
 * asked about: it is most of all parts, and nothing runs from it.
 */
struct filetype {
	const char *type; /* "application/pdf"; NULL: not asked or unknown */
};

/* libmagic's own table, loaded once before the scan server forks. */
int filetype_prepare(struct reason *why);

/* One for each part, by part index, in the message's arena. */
const struct filetype *filetype_all(const struct message *m);

#endif
