/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/record/event.h"
#include "milter/base/banned.h"

static const struct {
	const char *name, *fields;
} rows[] = {
#define EVENT(id, name, fields, help) { name, fields },
#include "milter/record/events.def"
#undef EVENT
};

const char *
event_name(enum event_type type)
{
	return rows[type].name;
}

enum event_type
event_named(const char *name)
{
	for (unsigned i = 0; i < EVENT_COUNT; i++)
		if (strcmp(rows[i].name, name) == 0)
			return (enum event_type)i;
	return EVENT_COUNT;
}

/* Is key one of the words of fields? */
static bool
has_word(const char *fields, const char *key)
{
	size_t len = strlen(key);

	for (const char *at = fields; *at != '\0';) {
		size_t word = strcspn(at, " ");

		if (word == len && memcmp(at, key, len) == 0)
			return true;
		at += word;
		at += strspn(at, " ");
	}
	return false;
}

static int
check_fields(enum event_type type, json_t *fields, struct reason *why)
{
	const char *key;
	json_t *value;

	if (!json_is_object(fields))
		return reason_set(why, "event %s: fields are no object",
		    rows[type].name);
	json_object_foreach(fields, key,
	    value) if (!has_word(rows[type].fields, key)) return reason_set(why,
	    "event %s has no field \"%s\" in events.def", rows[type].name, key);
	return 0;
}

json_t *
event_new(enum event_type type, const struct actor *actor, json_t *fields,
    struct reason *why)
{
	json_t *event;

	if (type >= EVENT_COUNT || check_fields(type, fields, why) == -1) {
		json_decref(fields);
		return NULL;
	}
	event = json_pack("{s:s, s:{s:s, s:s, s:s}}", "type", rows[type].name,
	    "actor", "kind", actor->kind, "id", actor->id, "role", actor->role);
	if (event == NULL || json_object_update(event, fields) == -1) {
		reason_set(why, "event %s: the actor is not UTF-8 text",
		    rows[type].name);
		json_decref(event);
		event = NULL;
	}
	json_decref(fields);
	return event;
}

const char *
event_text(const json_t *event, const char *key)
{
	const char *s = json_string_value(json_object_get(event, key));

	return s != NULL ? s : "";
}
