/* SPDX-License-Identifier: ISC */
#ifndef SKM_RUN_SIGNATURES_H
#define SKM_RUN_SIGNATURES_H

#include <stdint.h>

#include "milter/base/conf.h"
#include "milter/base/hash.h"

/*
 * Has a signature folder changed? Names, sizes and times of its files, as one
 * hash: cheap enough to look every minute, and no file is opened.
 */
void signatures_state(const struct conf *conf, uint8_t state[HASH_BYTES]);

#endif
