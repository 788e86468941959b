/* SPDX-License-Identifier: ISC */
#include <string.h>
#include <unistd.h>

#include "milter/quarantine/sweep.h"
#include "milter/record/event.h"
#include "milter/record/read.h"
#include "milter/base/banned.h"

/* Only what was put in the moments before a crash can lack its event, and a
 * sweep follows every crash: an hour is far more than a message takes. */
#define WINDOW (INT64_C(3600) * 1000000)

/* The time in an identifier (a ULID's first ten digits), in microseconds. */
static int64_t
time_of(const char *id)
{
	static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	int64_t ms = 0;

	for (int i = 0; i < 10; i++) {
		const char *at = strchr(digits, id[i]);

		ms = ms * 32 + (at == NULL ? 0 : at - digits);
	}
	return ms * 1000;
}

static int
collect(void *context, const char *id, struct reason *why)
{
	(void)why;
	json_object_set_new(context, id, json_null());
	return 0;
}

static bool
forget(void *context, json_t *event)
{
	const char *id = json_string_value(json_object_get(event, "q"));

	if (id != NULL)
		json_object_del(context, id);
	return true;
}

/* Leaves only what was held since then; returns that time. */
static int64_t
keep_newest(json_t *held)
{
	int64_t newest = 0;
	const char *id;
	json_t *value;
	void *next;

	json_object_foreach(held, id, value) if (time_of(id) > newest) newest =
	    time_of(id);
	json_object_foreach_safe(held, next, id,
	    value) if (time_of(id) < newest - WINDOW) json_object_del(held, id);
	return newest - WINDOW;
}

int
sweep_events(struct quarantine *q, const struct conf *conf, struct reason *why)
{
	json_t *held = json_object(), *value;
	struct reading r = {
		.needle = event_name(EVENT_QUARANTINE_CREATE),
		.each = forget,
		.context = held,
	};
	const char *id;
	int result = folder_each(q->states[HELD_HELD], collect, held, why);

	r.since = keep_newest(held);
	if (result == 0 && json_object_size(held) > 0 &&
	    access(conf->journal_dir, F_OK) == 0)
		result = read_journal(conf, &r, why);
	if (result == 0)
		json_object_foreach(held, id, value) sweep_note(q, id, "held",
		    "its quarantine.create event was lost in a crash");
	json_decref(held);
	return result;
}
