/* SPDX-License-Identifier: ISC */
#ifndef SKM_RUN_KEYS_H
#define SKM_RUN_KEYS_H

#include <jansson.h>

#include "milter/base/conf.h"
#include "milter/base/reason.h"

/*
 * Asks the seal program about keys (certs/commands.h): it alone reads them,
 * in its cage, and it may not touch the journal; so who asks records.
 */

/* Runs `seal --certs argv...` (NULL behind the last, --json among them) and
 * calls each for every key it tells of. Its exit status, or -1. */
int keys_ask(const struct conf *conf, char **argv,
    void (*each)(void *context, const json_t *key), void *context,
    struct reason *why);

/* A field of a key; "" when it is not there. */
const char *keys_text(const json_t *key, const char *name);

/* The fields of an event about it: kind, address, id, not_after. The caller
 * owns them. */
json_t *keys_fields(const json_t *key);

#endif
