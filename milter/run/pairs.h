/* SPDX-License-Identifier: ISC */
#ifndef SKM_RUN_PAIRS_H
#define SKM_RUN_PAIRS_H

#include <stddef.h>
#include <stdint.h>

/*
 * Mails that speak of a password and carry no file (text.password), kept for
 * password_time: the encrypted file may come before or after them (PPAP).
 *
 * In memory only, and bounded: the newest few hundred, each no larger than a
 * letter. A sender is known by the envelope address. Thread-safe.
 */
struct pairs;

/* An empty table, or NULL without memory. */
struct pairs *pairs_new(void);

/* Closes what is kept, frees the table and sets *p to NULL. */
void pairs_free(struct pairs **p);

/* Keeps a message (a memfd, duplicated) of sender for so many seconds. One
 * that is too large, or of nobody, is not kept. */
void pairs_keep(struct pairs *p, const char *sender, int message,
    int64_t seconds);

/* Duplicates of the newest messages that are kept of sender: how many, at most
 * most. The caller closes them. */
size_t pairs_find(struct pairs *p, const char *sender, int *messages,
    size_t most);

#endif
