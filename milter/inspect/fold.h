/* SPDX-License-Identifier: ISC */
#ifndef SKM_INSPECT_FOLD_H
#define SKM_INSPECT_FOLD_H

#include <stddef.h>

/*
 * Text as it is compared: compatibility forms as one (NFKC: full-width digits
 * are digits, half-width kana are kana), in lower case, as UTF-8.
 */
enum { FOLD_MOST = 4096, FOLD_SIZE = 4 * FOLD_MOST };

/* Folds the first of len bytes into out, at most FOLD_MOST, and not in the
 * middle of a number or word if that can be helped. NUL-terminated; returns
 * how many bytes of line were taken, at least one if len is not 0. */
size_t fold_line(const char *line, size_t len, char out[FOLD_SIZE]);

#endif
