/* SPDX-License-Identifier: ISC */
#include <stdlib.h>

#include "milter/act/events.h"
#include "milter/base/banned.h"

enum { SHOWN = 100 };

json_t *
events_text(const char *text)
{
	json_t *s = json_string(text != NULL ? text : "");

	return s != NULL ? s : json_string("?");
}

json_t *
events_fields(const struct envelope *e)
{
	return json_pack("{s:s, s:o}", "msg", e->id, "queue_id",
	    events_text(e->queue_id));
}

void
events_recipients(json_t *fields, const struct envelope *e, const size_t *rcpts,
    size_t count)
{
	json_t *to = json_array();

	for (size_t i = 0; i < count && i < SHOWN; i++)
		json_array_append_new(to,
		    events_text(
			e->rcpts[rcpts == NULL ? i : rcpts[i]].address));
	json_object_set_new(fields, "env_to", to);
	json_object_set_new(fields, "env_to_count",
	    json_integer((json_int_t)count));
}

void
events_add(struct events *all, enum event_type type, json_t *fields)
{
	static const struct actor system = { "system", "sekimorid", "" };
	json_t *event;

	if (all->bad || all->count == all->room) {
		all->bad = 1;
		json_decref(fields);
		return;
	}
	event = event_new(type, &system, fields, all->why);
	if (event == NULL)
		all->bad = 1;
	else
		all->list[all->count++] = event;
}

static void
forget(struct events *all)
{
	for (size_t i = 0; i < all->count; i++)
		json_decref(all->list[i]);
}

int
events_record(const struct carry *c, struct reason *why)
{
	/* Six about the message, one a copy, two a group. */
	struct events all = { .room = 8 + c->copies.count + 2 * c->plan->count,
		.why = why };
	int answer = -1;

	all.list = calloc(all.room, sizeof(json_t *));
	if (all.list == NULL)
		return reason_set(why, "no memory for events");
	events_mail(&all, c);
	events_fate(&all, c);
	if (all.bad)
		forget(&all);
	else
		answer =
		    journal_append(c->a->journal, all.list, all.count, why);
	free(all.list);
	return answer == 0 ? 0 : reason_prefix(why, "journal");
}
