/* SPDX-License-Identifier: ISC */
#ifndef SKM_BASE_IDENT_H
#define SKM_BASE_IDENT_H

#include <stdbool.h>

/*
 * Identifiers of messages and held mail: ULIDs (26 characters of Crockford's
 * base 32; 48 bits of milliseconds, 80 random bits). They sort by time, can be
 * read out on the telephone, and are safe as file names.
 */
enum { IDENT_SIZE = 27 };

/* A new identifier with its NUL. */
void ident_new(char id[IDENT_SIZE]);

/* Is s an identifier, and so safe as a file name? */
bool ident_valid(const char *s);

#endif
