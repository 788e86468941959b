/* SPDX-License-Identifier: ISC */
#ifndef SKM_QUARANTINE_SECRET_H
#define SKM_QUARANTINE_SECRET_H

#include <stdint.h>

#include "milter/base/hash.h"
#include "milter/base/reason.h"

/*
 * The key of release tokens: 64 hex digits in a file of mode 0600. Without it
 * made anew (a lost file) tokens under way no longer pass, and the release is
 * begun again.
 */

/* Reads the key; makes it when there is none. Two processes that make it at
 * once get the same one. */
int secret_get(const char *path, uint8_t key[HASH_BYTES], struct reason *why);

#endif
