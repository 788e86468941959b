/* SPDX-License-Identifier: ISC */
#ifndef SKM_INSPECT_CACHE_H
#define SKM_INSPECT_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "milter/base/conf.h"
#include "milter/base/hash.h"
#include "milter/base/reason.h"

/*
 * Parts that the engine found clean, remembered by the SHA-256 of their bytes
 * in memory that all children of one scan server share.
 *
 * Off by default (clean_cache 0): a child that a hostile message has taken
 * over could write into the table and so mark the part of another message
 * clean for every child. Whoever turns it on trades that for speed on repeated
 * content. New signatures start a new server with an empty table, so what an
 * older set called clean is never believed.
 */

/* Makes the table for clean_cache parts; before the server forks. Replaces one
 * that is there. */
int cache_make(const struct conf *conf, struct reason *why);

/* Were these bytes found clean? False when the cache is off. */
bool cache_has(const uint8_t sha256[HASH_BYTES]);

/* These bytes are clean; the oldest of the place makes room. */
void cache_add(const uint8_t sha256[HASH_BYTES]);

#endif
