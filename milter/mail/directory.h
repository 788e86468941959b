/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_DIRECTORY_H
#define SKM_MAIL_DIRECTORY_H

#include "milter/mail/span.h"

/*
 * Has the directory of a compound file (MS-CFB 2.6) at most so many entries?
 * libgsf goes down the list by calling itself and takes time with the square of
 * its length, so this is asked before. A chain that leaves the bytes ends.
 */
bool directory_fits(struct span file, size_t most);

#endif
