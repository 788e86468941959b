/* SPDX-License-Identifier: ISC */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "milter/base/count.h"
#include "milter/base/file.h"
#include "milter/base/log.h"
#include "milter/record/journal.h"
#include "milter/run/expiry.h"
#include "milter/run/keys.h"
#include "milter/base/banned.h"

enum { DAY_S = 86400, KEPT_MAX = 64 };

static const char kept_name[] = "expiry";

int
expiry_due(int64_t ends, int64_t last, int64_t now)
{
	static const int days[] = { 1, 7, 14, 30, 60 };

	if (ends <= now)
		return 0;
	for (size_t i = 0; i < COUNT(days); i++) {
		int64_t from = ends - (int64_t)days[i] * DAY_S;

		if (from <= now)
			return from > last ? days[i] : 0;
	}
	return 0;
}

struct round {
	struct journal *journal;
	int64_t last, now;
	size_t seen;
	bool failed;
};

static void
warn(void *context, const json_t *key)
{
	static const struct actor actor = { .kind = "timer",
		.id = "sekimorid",
		.role = "" };
	struct round *r = context;
	int days = expiry_due(json_integer_value(json_object_get(key, "ends")),
	    r->last, r->now);
	struct reason why = { "out of memory" };
	json_t *fields;

	r->seen++;
	if (days == 0)
		return;
	log_warning("the key of %s ends %s: %s %s", keys_text(key, "address"),
	    keys_text(key, "until"), keys_text(key, "kind"),
	    keys_text(key, "id"));
	fields = keys_fields(key);
	if (fields != NULL &&
	    json_object_set_new(fields, "days", json_integer(days)) == 0 &&
	    journal_event(r->journal, EVENT_KEY_EXPIRING, &actor, fields,
		&why) == 0)
		return;
	r->failed = true;
	log_error("key.expiring not recorded: %s", why.text);
}

/* 0 when there was no round yet. */
static int64_t
last_round(int folder)
{
	struct reason ignored;
	int64_t last = 0;
	char *text;
	size_t len;

	if (file_get(folder, kept_name, KEPT_MAX, &text, &len, &ignored) == -1)
		return 0;
	last = strtoll(text, NULL, 10);
	free(text);
	return last;
}

/* Only a whole round counts: a warning twice is better than none. */
static int
look(const struct conf *conf, int folder, struct round *r, struct reason *why)
{
	char verb[] = "expiring", json[] = "--json", text[32];
	char *argv[] = { verb, json, NULL };
	int status;

	r->last = last_round(folder);
	r->now = time(NULL);
	r->journal = journal_open(conf, why);
	if (r->journal == NULL)
		return -1;
	status = keys_ask(conf, argv, warn, r, why);
	if (status == -1)
		return -1;
	/* 1 says that there are some; without any it has failed. */
	if (status != 0 && r->seen == 0)
		return reason_set(why, "they could not be looked at");
	if (r->failed)
		return reason_set(why, "not all of them could be recorded");
	snprintf(text, sizeof text, "%lld\n", (long long)r->now);
	return file_put(folder, kept_name, text, strlen(text), 0600, why);
}

int
expiry_round(const struct conf *conf)
{
	struct round r = { .journal = NULL };
	struct reason why;
	int folder =
	    open(conf->journal_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int failed;

	if (folder == -1)
		failed = reason_errno(&why, "%s", conf->journal_dir);
	else
		failed = look(conf, folder, &r, &why);
	if (failed)
		log_error("keys that end soon: %s", why.text);
	journal_close(&r.journal);
	if (folder != -1)
		close(folder);
	return failed ? 1 : 0;
}
