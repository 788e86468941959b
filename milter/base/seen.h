/* SPDX-License-Identifier: ISC */
#ifndef SKM_BASE_SEEN_H
#define SKM_BASE_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "milter/base/arena.h"
#include "milter/base/hash.h"

/*
 * What was seen already, by its hash: the same bytes need no second look.
 */
struct seen;

/* An empty set with room for most hashes, in the arena. */
struct seen *seen_new(struct arena *a, size_t most);

/* Adds a hash; when there is no room it is left out, and looked at again. */
void seen_add(struct seen *s, const uint8_t sha256[HASH_BYTES]);

/* Is it there? */
bool seen_has(const struct seen *s, const uint8_t sha256[HASH_BYTES]);

/* Empties it: what was seen did not end well. */
void seen_forget(struct seen *s);

#endif
