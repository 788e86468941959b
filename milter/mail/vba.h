/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_VBA_H
#define SKM_MAIL_VBA_H

#include "milter/mail/reading.h"

/*
 * The source of macros as it is kept in a VBA project (MS-OVBA 2.3, 2.4.1).
 */
enum { VBA_MODULES = 500 };

struct vba_module {
	const char *name, *stream; /* bytes in the project's code page */
	size_t offset; /* of the source in the stream */
};

/* Decompresses a container (MS-OVBA 2.4.1); at most most bytes. What could be
 * read before the first fault, empty if nothing; in the arena. */
struct span vba_decompress(struct arena *a, struct span packed, size_t most);

/* The modules that the decompressed stream "dir" names; how many. */
size_t vba_modules(struct arena *a, struct span dir, struct vba_module *list);

/*
 * Where in bytes, from *at on, a container begins that holds source: every
 * module begins with the word "Attribute", which the compression leaves
 * readable. Moves *at behind it; false when there is none.
 */
bool vba_find(struct span bytes, size_t *at, struct span *packed);

#endif
