/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/act/hold.h"
#include "milter/base/clock.h"
#include "milter/base/log.h"
#include "milter/quarantine/meta.h"
#include "milter/base/banned.h"

#define AGAIN (INT64_C(60) * 1000000)

static json_t *
in_state(const struct hold *h, const char *state, struct reason *why)
{
	const struct quarantine_filter filter = { .state = state,
		.class = "hold" };

	return quarantine_list(h->q, &filter, why);
}

/* A rule that says quarantine may have a class of that name. */
static bool
waits(const json_t *meta)
{
	return json_is_integer(json_object_get(meta, "until"));
}

json_t *
hold_list(const struct hold *h, struct reason *why)
{
	json_t *all = in_state(h, "held", why), *list, *meta;
	size_t i;

	if (all == NULL)
		return NULL;
	list = json_array();
	json_array_foreach(all, i, meta)
	{
		if (waits(meta))
			json_array_append(list, meta);
	}
	json_decref(all);
	return list;
}

static int
record(const struct hold *h, enum event_type type, const char *user,
    json_t *fields, struct reason *why)
{
	struct actor actor = { strcmp(user, "sekimorid") == 0 ? "timer"
							      : "user",
		user, "" };

	return journal_event(h->journal, type, &actor, fields, why);
}

/* When it is tried again; 0: not by itself. */
static void
put_off(const struct hold *h, const char *id, int64_t until)
{
	struct reason why;

	if (quarantine_note(h->q, id,
		json_pack("{s:I}", "until", (json_int_t)until), &why) == -1)
		log_warning("%s: hold: %s", id, why.text);
}

static enum release_result
send_one(const struct hold *h, const char *id, const char *user,
    const char *note, struct reason *why)
{
	enum release_result result =
	    release_held(h->conf, h->q, h->journal, id, user, note, why);
	const char *said = result == RELEASE_REFUSED ? why->text : "";
	struct reason unrecorded;

	if (result == RELEASE_FAILED)
		return result;
	if (result == RELEASE_REFUSED)
		put_off(h, id, 0);
	if (record(h, EVENT_HOLD_SEND, user,
		json_pack("{s:s, s:s, s:s}", "q", id, "res",
		    result == RELEASE_REFUSED ? "refused" : "sent", "note",
		    said),
		&unrecorded) == -1)
		log_warning("%s: hold: %s", id, unrecorded.text);
	return result;
}

static void
send_due(const struct hold *h, const json_t *meta)
{
	int64_t until = json_integer_value(json_object_get(meta, "until"));
	const char *id = meta_text(meta, "id");
	bool begun = strcmp(meta_text(meta, "state"), "releasing") == 0;
	struct reason why = { "" };

	if (!waits(meta) || (!begun && (until == 0 || until > clock_now())))
		return;
	switch (send_one(h, id, "sekimorid", "its time is over", &why)) {
	case RELEASE_REFUSED:
		log_warning("%s: hold: it stays held: %s", id, why.text);
		break;
	case RELEASE_FAILED:
		log_warning("%s: hold: tried again: %s", id, why.text);
		put_off(h, id, clock_now() + AGAIN);
		break;
	case RELEASE_SENT:
	case RELEASE_ALREADY:
		log_info("%s: hold: its time is over, it was sent on", id);
		break;
	}
}

void
hold_send_due(const struct hold *h)
{
	static const char *const states[] = { "releasing", "held" };

	for (size_t s = 0; s < sizeof states / sizeof *states; s++) {
		struct reason why;
		json_t *list = in_state(h, states[s], &why), *meta;
		size_t i;

		if (list == NULL)
			log_warning("hold: %s", why.text);
		json_array_foreach(list, i, meta) send_due(h, meta);
		json_decref(list);
	}
}

/* Is it one of ours? */
static int
check(const struct hold *h, const char *id, struct reason *why)
{
	json_t *meta = quarantine_get(h->q, id, why);
	bool ours = waits(meta);

	if (meta == NULL)
		return -1;
	json_decref(meta);
	return ours
		   ? 0
		   : reason_set(why, "%s: no rule that says hold holds it", id);
}

enum release_result
hold_send_now(const struct hold *h, const char *id, const char *user,
    const char *note, struct reason *why)
{
	if (check(h, id, why) == -1 ||
	    record(h, EVENT_HOLD_APPROVE, user,
		json_pack("{s:s, s:s}", "q", id, "note", note), why) == -1)
		return RELEASE_FAILED;
	return send_one(h, id, user, note, why);
}

int
hold_cancel(const struct hold *h, const char *id, const char *user,
    const char *note, struct reason *why)
{
	if (check(h, id, why) == -1 ||
	    release_discard(h->conf, h->q, h->journal, id, user, note, why) ==
		-1)
		return -1;
	return record(h, EVENT_HOLD_CANCEL, user,
	    json_pack("{s:s, s:s}", "q", id, "note", note), why);
}
