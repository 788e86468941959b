/* SPDX-License-Identifier: ISC */
#ifndef SKM_RECORD_EVENT_H
#define SKM_RECORD_EVENT_H

#include <jansson.h>
#include <stdint.h>

#include "milter/base/conf.h"
#include "milter/base/reason.h"

/*
 * Every event there is: milter/record/events.def, one row a type with its
 * fields. An event with a field that its row does not have is our own bug and
 * is refused before it is written.
 */
enum event_type {
#define EVENT(id, name, fields, help) EVENT_##id,
#include "milter/record/events.def"
#undef EVENT
	EVENT_COUNT
};

/* The name of a type ("mail.verdict"), and back. */
const char *event_name(enum event_type type);
enum event_type event_named(const char *name); /* or EVENT_COUNT */

/* Who did it: the `actor` of an event. */
struct actor {
	const char *kind; /* "system", "user", "mta" or "timer" */
	const char *id;
	const char *role; /* role code or "" */
};

/*
 * Makes {type, actor} + fields (stolen). The journal adds v, seq, ts, node,
 * system_id, prev and hash. NULL and why when a field is not in the row.
 */
json_t *event_new(enum event_type type, const struct actor *actor,
    json_t *fields, struct reason *why);

/* A text of an event that was read, "" where there is none; the event's. */
const char *event_text(const json_t *event, const char *key);

#endif
