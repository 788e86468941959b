/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/base/count.h"
#include "milter/record/event.h"
#include "milter/record/find.h"
#include "milter/record/read.h"
#include "milter/base/banned.h"

struct search {
	const char *id;
	json_t *found;
};

static bool
is_about(const json_t *event, const char *id)
{
	static const char *const keys[] = { "msg", "q", "queue_id" };

	for (size_t i = 0; i < COUNT(keys); i++)
		if (strcmp(event_text(event, keys[i]), id) == 0)
			return true;
	return false;
}

/* Keeps the events of the last message that the id names. */
static bool
each(void *context, json_t *event)
{
	struct search *s = context;
	json_t *first = json_array_get(s->found, 0);

	if (strcmp(event_text(event, "type"), event_name(EVENT_MAIL_VERDICT)) !=
		0 ||
	    !is_about(event, s->id))
		return true;
	if (first != NULL &&
	    strcmp(event_text(first, "msg"), event_text(event, "msg")) != 0)
		json_array_clear(s->found);
	json_array_append(s->found, event);
	return true;
}

json_t *
find_verdicts(const struct conf *conf, const char *id, struct reason *why)
{
	struct search s = { id, json_array() };
	struct reading r = { .needle = id, .each = each, .context = &s };

	if (read_journal(conf, &r, why) == -1) {
		json_decref(s.found);
		return NULL;
	}
	if (json_array_size(s.found) > 0)
		return s.found;
	json_decref(s.found);
	reason_set(why, "no decision about %s is in the journal", id);
	return NULL;
}
