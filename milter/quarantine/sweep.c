/* SPDX-License-Identifier: ISC */
#include <string.h>
#include <unistd.h>

#include "milter/quarantine/sweep.h"
#include "milter/base/banned.h"

/* A walk over the folders of one state. */
struct walk {
	struct quarantine *q;
	struct store *store;
	enum held_state state;
	json_t *rows; /* id -> state of the rows not met yet; NULL: rebuild */
};

void
sweep_note(struct quarantine *q, const char *id, const char *state,
    const char *note)
{
	json_array_append_new(q->swept, json_pack("{s:s, s:s, s:s}", "q", id,
					    "state", state, "note", note));
}

/* Puts a row in for a folder. One that cannot be read is noted, and does not
 * keep the filter from starting. */
static int
add_row(struct walk *w, const char *id, struct reason *why)
{
	const char *state = held_state_name(w->state);
	struct reason unread;
	int folder = folder_open(w->q, w->state, id, &unread);
	json_t *meta = folder == -1 ? NULL : folder_meta(folder, &unread);
	int result = 0;

	if (folder != -1)
		close(folder);
	if (meta == NULL)
		sweep_note(w->q, id, state, unread.text);
	else
		result = index_put(w->store, id, state, meta, why);
	json_decref(meta);
	return result;
}

/* Discarding is durable before the message is removed: a crash may have left
 * it. */
static void
finish_discard(struct walk *w, const char *id)
{
	struct reason unused;
	int folder = folder_open(w->q, w->state, id, &unused);

	if (folder == -1)
		return;
	unlinkat(folder, FOLDER_MESSAGE, 0);
	close(folder);
}

static int
visit(void *context, const char *id, struct reason *why)
{
	struct walk *w = context;
	const char *state = held_state_name(w->state), *was;

	if (w->state == HELD_DISCARDED)
		finish_discard(w, id);
	if (w->rows == NULL)
		return add_row(w, id, why);
	was = json_string_value(json_object_get(w->rows, id));
	if (was == NULL) {
		sweep_note(w->q, id, state, "it was not in the index");
		return add_row(w, id, why);
	}
	if (strcmp(was, state) != 0 &&
	    store_held_move(w->store, id, was, state, why) == -1)
		return -1;
	json_object_del(w->rows, id);
	return 0;
}

static int
walk_all(struct walk *w, struct reason *why)
{
	for (unsigned i = 0; i < HELD_STATES; i++) {
		w->state = (enum held_state)i;
		if (folder_each(w->q->states[i], visit, w, why) == -1)
			return -1;
	}
	return 0;
}

/* Fills a new index. */
static int
fill(void *context, struct store *s, struct reason *why)
{
	struct walk w = { .q = context, .store = s };

	return walk_all(&w, why);
}

static bool
collect(void *context, const char *id, const char *state)
{
	json_object_set_new(context, id, json_string(state));
	return true;
}

/* The rows whose folder is not where they say: moved on, or lost. */
static int
settle_rows(struct walk *w, bool lost, struct reason *why)
{
	const char *id;
	json_t *state;

	json_object_foreach(w->rows, id, state)
	{
		const char *was = json_string_value(state), *is = "lost";
		struct reason unused;
		enum held_state now;
		int fd = folder_find(w->q, id, &now, &unused);

		if (fd != -1) {
			close(fd);
			is = held_state_name(now);
		} else if (!lost || strcmp(was, "lost") == 0)
			continue;
		else
			sweep_note(w->q, id, "lost",
			    "it is in the index, but its folder is gone");
		if (strcmp(was, is) != 0 &&
		    store_held_move(w->store, id, was, is, why) == -1)
			return -1;
	}
	return 0;
}

/* Rows that say "held" or "releasing": a release that was killed after it
 * moved the folder left the row behind. */
static int
settle_open(struct walk *w, struct reason *why)
{
	static const enum held_state open[] = { HELD_HELD, HELD_RELEASING };

	for (size_t i = 0; i < 2; i++) {
		struct store_filter f = { .state = held_state_name(open[i]) };

		if (store_held_each(w->store, &f, collect, w->rows, why) == -1)
			return -1;
	}
	return settle_rows(w, false, why);
}

static int
settle_all(struct walk *w, struct reason *why)
{
	struct store_filter all = { 0 };

	if (store_held_each(w->store, &all, collect, w->rows, why) == -1 ||
	    store_begin(w->store, why) == -1)
		return -1;
	if (walk_all(w, why) == 0 && settle_rows(w, true, why) == 0)
		return store_commit(w->store, why);
	store_commit(w->store, &(struct reason){ 0 });
	return -1;
}

static int
remove_tmp(void *context, const char *id, struct reason *why)
{
	const struct quarantine *q = context;

	return folder_remove(q->tmp, id, why);
}

static int
settle(struct quarantine *q, bool sweep, struct reason *why)
{
	struct walk w = { .q = q, .rows = json_object() };
	int result = -1;

	w.store = index_lock(q->index, why);
	if (w.store != NULL) {
		result = sweep ? settle_all(&w, why) : settle_open(&w, why);
		index_unlock(q->index);
	}
	json_decref(w.rows);
	return result;
}

int
sweep_open(struct quarantine *q, const struct conf *conf, bool sweep,
    struct reason *why)
{
	struct index_source source = { fill, q };
	bool fresh;

	if (sweep && folder_each(q->tmp, remove_tmp, q, why) == -1)
		return -1;
	q->index = index_open(conf, sweep, &source, &fresh, why);
	if (q->index == NULL)
		return -1;
	if (fresh && sweep)
		sweep_note(q, "", "index", "the index is made again");
	if (settle(q, sweep, why) == -1)
		return -1;
	return sweep ? sweep_events(q, conf, why) : 0;
}
