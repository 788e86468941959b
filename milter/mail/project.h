/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_PROJECT_H
#define SKM_MAIL_PROJECT_H

#include <gsf/gsf-infile.h>

#include "milter/mail/reading.h"

/*
 * The modules of a VBA project (MS-OVBA 2.3). Their source becomes parts
 * (ORIGIN_MACRO); the source of its name is "compiled macro" when more stands
 * compiled before it than a module without code has, else "macro". A module that has compiled code and no source that can be
 * read is added as it stands (ORIGIN_STREAM, name source "compiled"): Office
 * runs the compiled code.
 */

/* Adds the modules when folder is the storage of a project. */
void project_read(struct reading *r, struct node *n, GsfInfile *folder);

/* Adds all source that stands in bytes, wherever it is; whether there is any. */
bool project_search(struct reading *r, struct node *n, struct span bytes);

#endif
