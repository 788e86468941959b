/* SPDX-License-Identifier: ISC */
#ifndef SKM_QUARANTINE_PRINT_H
#define SKM_QUARANTINE_PRINT_H

#include <jansson.h>

/*
 * Held mail as people read it. Every text is made printable once more: a
 * meta file can have been changed, or written by an older release.
 */

/* A table of metas, a line each. */
void print_table(const json_t *list);

/* All of one meta. */
void print_held(const json_t *meta);

#endif
