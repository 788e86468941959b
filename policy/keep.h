/* SPDX-License-Identifier: ISC */
#ifndef SKM_POLICY_KEEP_H
#define SKM_POLICY_KEEP_H

#include <stddef.h>

/*
 * Memory of findings and envelopes: bounded where it is asked for, so a
 * failure is a machine without memory. It ends the process: a message whose
 * facts could not be kept must never look clean.
 */

/* A printable copy of text (see milter/base/text.h), cut with "..." so that
 * it takes at most size bytes (at most 1024); freed with free(). */
char *keep_printable(const char *text, size_t size);

/* Room for one element more in an array of count elements of size bytes; the
 * array, perhaps moved, its new element zeroed; freed with free(). */
void *keep_more(void *array, size_t count, size_t size);

/* size zeroed bytes, freed with free(). */
void *keep_room(size_t size);

#endif
