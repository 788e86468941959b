/* SPDX-License-Identifier: ISC */
#ifndef SKM_INSPECT_SEEN_H
#define SKM_INSPECT_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "milter/base/arena.h"
#include "milter/base/hash.h"

/*
 * What libclamav took out of a container and scanned while it scanned that
 * container, by hash: a member that our own walk took out too, byte for byte,
 * needs no second scan.
 */
struct seen;

/* An empty set with room for most hashes, in the arena. */
struct seen *seen_new(struct arena *a, size_t most);

/* Adds a hash; when there is no room it is left out, and scanned again. */
void seen_add(struct seen *s, const uint8_t sha256[HASH_BYTES]);

/* Is it there? */
bool seen_has(const struct seen *s, const uint8_t sha256[HASH_BYTES]);

/* Empties it: the scan it came from did not end clean. */
void seen_forget(struct seen *s);

#endif
