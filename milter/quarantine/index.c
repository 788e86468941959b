/* SPDX-License-Identifier: ISC */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "milter/base/buf.h"
#include "milter/base/clock.h"
#include "milter/quarantine/index.h"
#include "milter/quarantine/meta.h"
#include "milter/base/banned.h"

struct index {
	pthread_mutex_t mutex;
	struct store *store;
	char *records;
	struct index_source source;
};

/* Opens the store and fills it when it is new. */
static int
open_store(struct index *x, bool repair, bool *fresh, struct reason *why)
{
	x->store = store_open(x->records, repair, fresh, why);
	if (x->store == NULL)
		return -1;
	if (!*fresh)
		return 0;
	if (store_begin(x->store, why) == 0 &&
	    x->source.fill(x->source.context, x->store, why) == 0 &&
	    store_commit(x->store, why) == 0)
		return 0;
	store_close(&x->store);
	return -1;
}

struct index *
index_open(const struct conf *conf, bool repair,
    const struct index_source *source, bool *fresh, struct reason *why)
{
	struct index *x = calloc(1, sizeof *x);

	if (x == NULL) {
		reason_set(why, "no memory");
		return NULL;
	}
	pthread_mutex_init(&x->mutex, NULL);
	x->records = strdup(conf->records);
	x->source = *source;
	if (x->records == NULL) {
		reason_set(why, "no memory");
		index_close(&x);
	} else if (open_store(x, repair, fresh, why) == -1) {
		index_close(&x);
	}
	return x;
}

void
index_close(struct index **x)
{
	if (*x == NULL)
		return;
	store_close(&(*x)->store);
	pthread_mutex_destroy(&(*x)->mutex);
	free((*x)->records);
	free(*x);
	*x = NULL;
}

struct store *
index_lock(struct index *x, struct reason *why)
{
	bool fresh;

	pthread_mutex_lock(&x->mutex);
	if (x->store != NULL && store_gone(x->store))
		store_close(&x->store);
	if (x->store == NULL && open_store(x, false, &fresh, why) == -1) {
		pthread_mutex_unlock(&x->mutex);
		return NULL;
	}
	return x->store;
}

void
index_unlock(struct index *x)
{
	pthread_mutex_unlock(&x->mutex);
}

int
index_put(struct store *s, const char *id, const char *state,
    const json_t *meta, struct reason *why)
{
	json_t *seen = json_object_get(meta, "seen_count");
	struct store_held row = {
		.id = id,
		.state = state,
		.class = meta_text(meta, "class"),
		.sender = meta_text(meta, "sender"),
		.queue_id = meta_text(meta, "queue_id"),
		.dedupe = meta_text(meta, "dedupe"),
		.created = clock_parse(meta_text(meta, "created")),
		.seen = json_integer_value(seen),
	};
	struct buf rcpts;
	json_t *rcpt;
	size_t i;
	int result;

	buf_init(&rcpts, 64 * 1024 * 1024);
	json_array_foreach(json_object_get(meta, "rcpts"), i, rcpt)
	    buf_printf(&rcpts, "\n%s\n", json_string_value(rcpt));
	row.rcpts = buf_text(&rcpts);
	result = store_held_put(s, &row, why);
	buf_free(&rcpts);
	return result;
}
