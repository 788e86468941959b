/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "milter/quarantine/folder.h"
#include "milter/base/banned.h"

static bool
collect(void *context, const char *id, const char *state)
{
	(void)state;
	json_array_append_new(context, json_string(id));
	return true;
}

/* The ids that the index names, newest first. */
static json_t *
ids(struct quarantine *q, const struct quarantine_filter *filter,
    struct reason *why)
{
	struct store_filter f = {
		.state = filter->state,
		.class = filter->class,
		.sender = filter->sender,
		.recipient = filter->recipient,
		.queue_id = filter->queue_id,
		.since = filter->since,
		.until = filter->until,
	};
	struct store *s = index_lock(q->index, why);
	json_t *found;
	int result;

	if (s == NULL)
		return NULL;
	found = json_array();
	result = store_held_each(s, &f, collect, found, why);
	index_unlock(q->index);
	if (result == 0)
		return found;
	json_decref(found);
	return NULL;
}

static bool
has(const json_t *meta, const char *key, const char *value)
{
	const char *is = json_string_value(json_object_get(meta, key));

	return value == NULL || (is != NULL && strcmp(is, value) == 0);
}

json_t *
quarantine_list(struct quarantine *q, const struct quarantine_filter *filter,
    struct reason *why)
{
	json_t *found = ids(q, filter, why), *list, *id;
	size_t i;

	if (found == NULL)
		return NULL;
	list = json_array();
	json_array_foreach(found, i, id)
	{
		struct reason gone;
		json_t *meta;

		if (filter->limit > 0 && json_array_size(list) >= filter->limit)
			break;
		meta = quarantine_get(q, json_string_value(id), &gone);
		if (meta == NULL)
			meta = json_pack("{s:O, s:s, s:s}", "id", id, "state",
			    "lost", "error", gone.text);
		json_object_del(meta, "parts");
		/* The folder says which state it is in, the index may be
		 * behind; of campaigns it does not know. */
		if (has(meta, "state", filter->state) &&
		    has(meta, "campaign", filter->campaign))
			json_array_append(list, meta);
		json_decref(meta);
	}
	json_decref(found);
	return list;
}
