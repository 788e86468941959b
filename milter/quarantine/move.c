/* SPDX-License-Identifier: ISC */
#include <unistd.h>

#include "milter/base/file.h"
#include "milter/quarantine/folder.h"
#include "milter/base/banned.h"

/* Puts fields into meta.json. */
static int
add_fields(int folder, json_t *fields, struct reason *why)
{
	json_t *meta = folder_meta(folder, why);
	int result = -1;

	if (meta == NULL)
		return -1;
	if (json_object_update(meta, fields) == 0)
		result = folder_meta_put(folder, meta, why);
	else
		reason_set(why, "the fields are no object");
	json_decref(meta);
	return result;
}

/* The row follows the folder. If it cannot now, the next quarantine_open()
 * sees that: the move itself has happened. */
static void
move_row(struct quarantine *q, const char *id, enum held_state from,
    enum held_state to)
{
	struct reason unused;
	struct store *s = index_lock(q->index, &unused);

	if (s == NULL)
		return;
	store_held_move(s, id, held_state_name(from), held_state_name(to),
	    &unused);
	index_unlock(q->index);
}

static int
move(struct quarantine *q, const char *id, enum held_state from,
    enum held_state to, json_t *fields, struct reason *why)
{
	int folder = folder_lock(q, from, id, why), result = 0;

	if (folder == -1)
		return -1;
	if (fields != NULL)
		result = add_fields(folder, fields, why);
	if (result == 0)
		result = folder_move(q->states[from], q->states[to], id, why);
	if (result == 0 && to == HELD_DISCARDED)
		unlinkat(folder, FOLDER_MESSAGE, 0);
	close(folder);
	if (result == 0)
		move_row(q, id, from, to);
	return result;
}

int
quarantine_note(struct quarantine *q, const char *id, json_t *fields,
    struct reason *why)
{
	int folder = folder_lock(q, HELD_HELD, id, why), result = -1;

	if (folder != -1) {
		result = add_fields(folder, fields, why);
		close(folder);
	}
	json_decref(fields);
	return result;
}

int
quarantine_move(struct quarantine *q, const char *id, enum held_state from,
    enum held_state to, json_t *fields, struct reason *why)
{
	int result = move(q, id, from, to, fields, why);

	json_decref(fields);
	return result;
}
