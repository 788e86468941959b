/* SPDX-License-Identifier: ISC */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "milter/base/command.h"
#include "milter/base/count.h"
#include "milter/base/log.h"
#include "milter/record/journal.h"
#include "milter/record/who.h"
#include "milter/run/ctl.h"
#include "milter/run/keys.h"
#include "milter/base/banned.h"

/*
 * `certs import`, `approve` and `revoke`: the seal program does it; what it did
 * is recorded here, since it may not touch the journal.
 */
enum { MOST_ARGUMENTS = 60 };

struct change {
	struct journal *journal;
	const char *actor;
	bool json, failed;
};

/* What was done with a key, and its event; the rest changed nothing. */
static const struct {
	const char *result;
	enum event_type type;
	bool noted; /* with the reason that was given */
} results[] = {
	{ "taken", EVENT_KEY_IMPORT, false },
	{ "pending", EVENT_KEY_PENDING, false },
	{ "approved", EVENT_KEY_APPROVE, true },
	{ "revoked", EVENT_KEY_REVOKE, true },
};

static json_t *
fields_of(const json_t *key, size_t row)
{
	json_t *fields = keys_fields(key);

	if (fields != NULL && results[row].noted)
		json_object_set(fields, "note", json_object_get(key, "reason"));
	if (fields != NULL && results[row].type != EVENT_KEY_REVOKE) {
		json_object_set(fields, "source",
		    json_object_get(key, "source"));
		json_object_set(fields, "trust", json_object_get(key, "trust"));
	}
	return fields;
}

static void
record(struct change *c, const json_t *key)
{
	const struct actor actor = { .kind = "user",
		.id = c->actor,
		.role = "" };
	struct reason why;

	for (size_t i = 0; i < COUNT(results); i++) {
		json_t *fields;

		if (strcmp(results[i].result, keys_text(key, "result")) != 0)
			continue;
		fields = fields_of(key, i);
		if (fields == NULL)
			reason_set(&why, "out of memory");
		else if (journal_event(c->journal, results[i].type, &actor,
			     fields, &why) == 0)
			continue;
		c->failed = true;
		log_error("not recorded: %s", why.text);
	}
}

/* One line for each key: as JSON, or for people. */
static void
take_line(void *context, const json_t *key)
{
	struct change *c = context;

	record(c, key);
	if (c->json)
		command_print_json(json_deep_copy(key));
	else if (keys_text(key, "problem")[0] != '\0')
		printf("%s %s %s %s: %s (%s)\n", keys_text(key, "result"),
		    keys_text(key, "address"), keys_text(key, "kind"),
		    keys_text(key, "id"), keys_text(key, "problem"),
		    keys_text(key, "file"));
	else
		printf("%s %s %s until %s %s\n", keys_text(key, "result"),
		    keys_text(key, "address"), keys_text(key, "kind"),
		    keys_text(key, "until"), keys_text(key, "id"));
}

int
ctl_certs(const struct conf *conf, int argc, char **argv)
{
	char json[] = "--json", by[] = "--by", user[WHO_SIZE];
	char *all[MOST_ARGUMENTS + 4];
	struct change c = { .actor = user };
	struct reason why;
	int status;

	c.json = command_flag(&argc, argv, "--json");
	if (argc > MOST_ARGUMENTS) {
		fputs("sekimorictl: too many arguments\n", stderr);
		return COMMAND_USAGE;
	}
	who_typed(user);
	for (int i = 0; i < argc; i++)
		all[i] = argv[i];
	all[argc] = json;
	all[argc + 1] = by;
	all[argc + 2] = user;
	all[argc + 3] = NULL;
	/* Before anything is changed: what is not recorded is not done. */
	c.journal = journal_open(conf, &why);
	if (c.journal == NULL) {
		log_error("%s", why.text);
		return COMMAND_FAILED;
	}
	status = keys_ask(conf, all, take_line, &c, &why);
	if (status == -1)
		log_error("%s", why.text);
	journal_close(&c.journal);
	return status == -1 || c.failed ? COMMAND_FAILED : status;
}
