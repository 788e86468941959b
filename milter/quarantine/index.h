/* SPDX-License-Identifier: ISC */
#ifndef SKM_QUARANTINE_INDEX_H
#define SKM_QUARANTINE_INDEX_H

#include <jansson.h>
#include <stdbool.h>

#include "milter/base/conf.h"
#include "milter/base/ident.h"
#include "milter/base/reason.h"
#include "milter/record/store.h"

/*
 * The index of held mail in the records database, for many threads. A file
 * that was removed under a running filter is made again at the next use; a
 * damaged one is an error (held mail is deferred) until sekimorid starts.
 */
struct index;

/* The folders, from which `fill` makes the index again when it is new: called
 * with what is passed to store_held_put(). */
struct index_source {
	int (*fill)(void *context, struct store *s, struct reason *why);
	void *context;
};

/* Opens it. repair as store_open(); *fresh: it was made again. */
struct index *index_open(const struct conf *conf, bool repair,
    const struct index_source *source, bool *fresh, struct reason *why);
void index_close(struct index **x);

/* The handle for the calls of store.h, locked until index_unlock(); NULL and
 * why when the database cannot be had. */
struct store *index_lock(struct index *x, struct reason *why);
void index_unlock(struct index *x);

/* The row of a message from its meta and state. */
int index_put(struct store *s, const char *id, const char *state,
    const json_t *meta, struct reason *why);

#endif
