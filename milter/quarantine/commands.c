/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "milter/base/clock.h"
#include "milter/base/command.h"
#include "milter/base/file.h"
#include "milter/quarantine/commands.h"
#include "milter/quarantine/print.h"
#include "milter/quarantine/quarantine.h"
#include "milter/record/journal.h"
#include "milter/record/who.h"
#include "milter/base/banned.h"

static int
fail(const struct reason *why)
{
	fprintf(stderr, "sekimorictl: %s\n", why->text);
	return COMMAND_FAILED;
}

/* A time option: 0 when it is not there. */
static int
take_time(int *argc, char **argv, const char *name, int64_t *time)
{
	const char *text = command_option(argc, argv, name);

	*time = text == NULL ? 0 : clock_parse(text);
	if (*time != -1)
		return 0;
	fprintf(stderr,
	    "sekimorictl: %s \"%s\": expected a time as 2026-11-23 or "
	    "2026-11-23T01:02:03Z\n",
	    name, text);
	return -1;
}

static int
take_limit(int *argc, char **argv, size_t *limit)
{
	const char *text = command_option(argc, argv, "--limit");
	char *end;

	if (text == NULL)
		return 0;
	*limit = strtoul(text, &end, 10);
	if (text[0] >= '0' && text[0] <= '9' && *end == '\0')
		return 0;
	fprintf(stderr, "sekimorictl: --limit \"%s\": expected a number\n",
	    text);
	return -1;
}

static int
take_filter(int *argc, char **argv, struct quarantine_filter *f)
{
	f->state = command_option(argc, argv, "--state");
	f->class = command_option(argc, argv, "--class");
	f->campaign = command_option(argc, argv, "--campaign");
	f->sender = command_option(argc, argv, "--sender");
	f->recipient = command_option(argc, argv, "--recipient");
	f->queue_id = command_option(argc, argv, "--queue-id");
	if (take_time(argc, argv, "--since", &f->since) == -1 ||
	    take_time(argc, argv, "--until", &f->until) == -1 ||
	    take_limit(argc, argv, &f->limit) == -1)
		return -1;
	if (f->state == NULL || held_state_named(f->state) != HELD_STATES)
		return 0;
	fprintf(stderr,
	    "sekimorictl: --state \"%s\": expected held, releasing, released "
	    "or discarded\n",
	    f->state);
	return -1;
}

int
command_quarantine_list(const struct conf *conf, int argc, char **argv)
{
	struct quarantine_filter f = { 0 };
	bool json = command_flag(&argc, argv, "--json");
	struct quarantine *q;
	struct reason why;
	json_t *list, *meta;
	size_t i;

	if (take_filter(&argc, argv, &f) == -1 || argc != 1)
		return COMMAND_USAGE;
	q = quarantine_open(conf, false, &why);
	list = q == NULL ? NULL : quarantine_list(q, &f, &why);
	quarantine_close(&q);
	if (list == NULL)
		return fail(&why);
	if (!json)
		print_table(list);
	else
		json_array_foreach(list, i, meta)
		    command_print_json(json_incref(meta));
	json_decref(list);
	return COMMAND_OK;
}

/* Records that someone looked at it, or took it out. */
static int
record(const struct conf *conf, enum event_type type, const char *id,
    const char *note, struct reason *why)
{
	char user[WHO_SIZE];
	struct actor actor = { "user", user, "" };
	struct journal *j = journal_open(conf, why);
	json_t *fields;
	int result;

	if (j == NULL)
		return -1;
	who_typed(user);
	fields = json_pack("{s:s, s:s*}", "q", id, "note", note);
	result = journal_event(j, type, &actor, fields, why);
	journal_close(&j);
	return result;
}

int
command_quarantine_show(const struct conf *conf, int argc, char **argv)
{
	bool json = command_flag(&argc, argv, "--json");
	struct quarantine *q;
	struct reason why;
	json_t *meta = NULL;

	if (argc != 2)
		return COMMAND_USAGE;
	q = quarantine_open(conf, false, &why);
	if (q != NULL)
		meta = quarantine_get(q, argv[1], &why);
	quarantine_close(&q);
	if (meta == NULL)
		return fail(&why);
	if (record(conf, EVENT_QUARANTINE_VIEW, argv[1], NULL, &why) == -1) {
		json_decref(meta);
		return fail(&why);
	}
	if (json) {
		command_print_json(meta);
		return COMMAND_OK;
	}
	print_held(meta);
	json_decref(meta);
	return COMMAND_OK;
}

static int export(const struct conf *conf, const char *id, const char *note,
    struct reason *why)
{
	struct quarantine *q;
	int message = -1, result = -1;

	/* A message can hold control sequences that take a terminal over. */
	if (isatty(STDOUT_FILENO))
		return reason_set(why, "the bytes of held mail are not shown "
				       "on a terminal: use --out FILE or a "
				       "pipe");
	q = quarantine_open(conf, false, why);
	if (q != NULL)
		message = quarantine_open_message(q, id, why);
	if (message != -1 &&
	    record(conf, EVENT_QUARANTINE_EXPORT, id, note, why) == 0)
		result = file_copy(message, STDOUT_FILENO, why);
	if (message != -1)
		close(message);
	quarantine_close(&q);
	return result;
}

int
command_quarantine_export(const struct conf *conf, int argc, char **argv)
{
	const char *note = command_option(&argc, argv, "--reason");
	struct reason why;

	if (argc != 2)
		return COMMAND_USAGE;
	if (note == NULL || note[0] == '\0') {
		fprintf(stderr, "sekimorictl: --reason TEXT is required: it "
				"is recorded\n");
		return COMMAND_USAGE;
	}
	if (export(conf, argv[1], note, &why) == -1)
		return fail(&why);
	return COMMAND_OK;
}
