/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_UNPACK_H
#define SKM_MAIL_UNPACK_H

#include "milter/mail/reading.h"

/*
 * Files that hold files. What a container holds becomes children of its part,
 * so that an inspector never knows how deep it is; what could not be taken out
 * is a mark on the container, never silence.
 */

/* Adds the members of n, whose decoded bytes these are, if it is a container
 * of any kind that is known here. */
void unpack_read(struct reading *r, struct node *n, struct span bytes);

/*
 * For the walkers of one kind each: adds a member with its name (UTF-8, NULL
 * if it has none) and bytes (in the arena, counted by reading_take() before).
 * NULL when a limit forbids it; the mark is made.
 */
struct node *unpack_member(struct reading *r, struct node *n, const char *name,
    struct span bytes);

#endif
