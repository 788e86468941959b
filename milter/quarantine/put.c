/* SPDX-License-Identifier: ISC */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "milter/base/clock.h"
#include "milter/base/file.h"
#include "milter/quarantine/folder.h"
#include "milter/quarantine/meta.h"
#include "milter/base/banned.h"

/* A sender tries again for five days (RFC 5321, 4.5.4.1). */
#define RETRY_TIME (INT64_C(5) * 86400 * 1000000)

/* The same mail is held as id: counts it. 1, or 0 when it is not whole or was
 * moved on meanwhile, and the new one must be held itself. */
static int
count_again(struct quarantine *q, const char *id, int *seen)
{
	struct reason unused;
	int folder = folder_lock(q, HELD_HELD, id, &unused), message = -1;
	json_t *meta = folder == -1 ? NULL : folder_meta(folder, &unused);
	int result = 0;

	if (meta != NULL)
		message = folder_message(folder, FOLDER_MESSAGE, meta, &unused);
	if (message != -1) {
		json_t *count = json_object_get(meta, "seen_count");

		*seen = (int)json_integer_value(count) + 1;
		json_object_set_new(meta, "seen_count", json_integer(*seen));
		result = folder_meta_put(folder, meta, &unused) == 0;
		close(message);
	}
	json_decref(meta);
	if (folder != -1)
		close(folder);
	return result;
}

/* Is this mail held already? 1 and its id, 0, -1. */
static int
find_same(struct quarantine *q, const char *dedupe, char id[IDENT_SIZE],
    int *seen, struct reason *why)
{
	struct store *s = index_lock(q->index, why);
	char same[IDENT_SIZE];
	int result;

	if (s == NULL)
		return -1;
	result =
	    store_held_same(s, dedupe, clock_now() - RETRY_TIME, same, why);
	index_unlock(q->index);
	if (result != 1)
		return result;
	if (count_again(q, same, seen) == 0)
		return 0;
	memcpy(id, same, IDENT_SIZE);
	return 1;
}

/* tmp/id, whole and on stable storage. */
static int
write_folder(struct quarantine *q, const char *id, int message, json_t *meta,
    struct reason *why)
{
	int folder, result = -1;

	if (mkdirat(q->tmp, id, 0700) == -1)
		return reason_errno(why, "%s/tmp", q->path);
	folder = openat(q->tmp, id, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder == -1)
		return reason_errno(why, "%s/tmp/%s", q->path, id);
	if (folder_message_put(folder, FOLDER_MESSAGE, message, why) == 0 &&
	    folder_meta_put(folder, meta, why) == 0)
		result = file_sync(folder, id, why);
	close(folder);
	return result;
}

static int
add_row(struct quarantine *q, const char *id, const json_t *meta,
    struct reason *why)
{
	struct store *s = index_lock(q->index, why);
	int result;

	if (s == NULL)
		return -1;
	result = index_put(s, id, held_state_name(HELD_HELD), meta, why);
	/* A commit that failed may be there all the same. */
	if (result == -1)
		store_held_remove(s, id, &(struct reason){ 0 });
	index_unlock(q->index);
	return result;
}

/* Nothing of it stays; what cannot be removed now, the next sweep removes
 * from tmp/, where it is out of everyone's sight. */
static void
take_back(struct quarantine *q, const char *id)
{
	struct reason unused;

	renameat(q->states[HELD_HELD], id, q->tmp, id);
	folder_remove(q->tmp, id, &unused);
}

static int
hold(struct quarantine *q, const char *id, int message, json_t *meta,
    struct reason *why)
{
	if (folder_in_place(q, why) == 0 &&
	    write_folder(q, id, message, meta, why) == 0 &&
	    folder_move(q->tmp, q->states[HELD_HELD], id, why) == 0 &&
	    add_row(q, id, meta, why) == 0)
		return 0;
	take_back(q, id);
	return reason_prefix(why, "quarantine");
}

int
quarantine_put(struct quarantine *q, int message, const struct envelope *e,
    const size_t *rcpts, size_t rcpts_count, const struct findings *f,
    const struct verdict *v, char id[IDENT_SIZE], int *seen_count,
    struct reason *why)
{
	struct meta_source source = { message, e, rcpts, rcpts_count, f, v };
	json_t *meta;
	int result;

	ident_new(id);
	*seen_count = 1;
	meta = meta_new(&source, id, why);
	if (meta == NULL)
		return reason_prefix(why, "quarantine");
	result =
	    find_same(q, json_string_value(json_object_get(meta, "dedupe")), id,
		seen_count, why);
	if (result == 0)
		result = hold(q, id, message, meta, why);
	else if (result == -1)
		reason_prefix(why, "quarantine");
	json_decref(meta);
	return result == -1 ? -1 : 0;
}
