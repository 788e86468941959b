/* SPDX-License-Identifier: ISC */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "milter/base/clock.h"
#include "milter/base/command.h"
#include "milter/base/count.h"
#include "milter/base/text.h"
#include "milter/record/commands.h"
#include "milter/record/event.h"
#include "milter/record/journal.h"
#include "milter/record/read.h"
#include "milter/record/who.h"
#include "milter/base/banned.h"

/* What `log show` was asked for. */
struct query {
	const char *type, *queue_id, *id;
	bool json;
};

static int
fail(const struct reason *why)
{
	fprintf(stderr, "sekimorictl: %s\n", why->text);
	return COMMAND_FAILED;
}

static bool
has_id(const json_t *event, const char *id)
{
	return strcmp(event_text(event, "msg"), id) == 0 ||
	       strcmp(event_text(event, "q"), id) == 0;
}

/* The fields of the type, in one line that a terminal may be shown. */
static void
print_fields(const json_t *event)
{
	static const char *const common[] = { "v", "seq", "ts", "node",
		"system_id", "actor", "prev", "hash", "type" };
	json_t *rest = json_copy((json_t *)event);
	char *text, *shown;
	size_t size;

	for (size_t i = 0; i < COUNT(common); i++)
		json_object_del(rest, common[i]);
	text = json_dumps(rest, JSON_SORT_KEYS);
	json_decref(rest);
	if (text == NULL)
		return;
	/* U+202E, three bytes, becomes "<U+202E>" */
	size = 4 * strlen(text) + 1;
	shown = malloc(size);
	if (shown != NULL) {
		text_printable(shown, size, text, strlen(text));
		fputs(shown, stdout);
	}
	free(shown);
	free(text);
}

static bool
show(void *context, json_t *event)
{
	const struct query *q = context;
	json_t *seq = json_object_get(event, "seq");
	json_t *actor = json_object_get(event, "actor");

	if ((q->type != NULL && strcmp(event_text(event, "type"), q->type)) ||
	    (q->id != NULL && !has_id(event, q->id)) ||
	    (q->queue_id != NULL &&
		strcmp(event_text(event, "queue_id"), q->queue_id) != 0))
		return true;
	if (q->json) {
		command_print_json(json_incref(event));
		return !ferror(stdout);
	}
	printf("%s %" JSON_INTEGER_FORMAT " %s ", event_text(event, "ts"),
	    json_integer_value(seq), event_text(event, "type"));
	if (strcmp(event_text(actor, "kind"), "user") == 0)
		printf("by %s ", event_text(actor, "id"));
	print_fields(event);
	putchar('\n');
	return !ferror(stdout);
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

int
command_log_show(const struct conf *conf, int argc, char **argv)
{
	struct query q = { .json = command_flag(&argc, argv, "--json") };
	struct reading r = { .each = show, .context = &q };
	struct reason why;

	q.type = command_option(&argc, argv, "--type");
	q.queue_id = command_option(&argc, argv, "--queue-id");
	q.id = command_option(&argc, argv, "--id");
	if (take_time(&argc, argv, "--since", &r.since) == -1 ||
	    take_time(&argc, argv, "--until", &r.until) == -1 || argc != 1)
		return COMMAND_USAGE;
	if (q.type != NULL && event_named(q.type) == EVENT_COUNT) {
		fprintf(stderr,
		    "sekimorictl: there is no type of event \"%s\"\n", q.type);
		return COMMAND_USAGE;
	}
	r.needle = q.id != NULL		? q.id
		   : q.queue_id != NULL ? q.queue_id
					: q.type;
	if (read_journal(conf, &r, &why) == -1)
		return fail(&why);
	return COMMAND_OK;
}

static void
print_report(const struct journal_report *r)
{
	size_t kept = r->faults_count < COUNT(r->faults) ? r->faults_count
							 : COUNT(r->faults);

	for (size_t i = 0; i < kept; i++)
		printf("%s\n", r->faults[i].text);
	if (kept < r->faults_count)
		printf("%zu more faults are not shown\n",
		    r->faults_count - kept);
	printf("%" PRIu64 " events (seq %" PRIu64 " to %" PRIu64 "), %" PRIu64
	       " seals, %" PRIu64 " of them checked with the key: %s\n",
	    r->lines, r->first_seq, r->last_seq, r->seals, r->seals_checked,
	    r->faults_count == 0 ? "no fault" : "NOT INTACT");
}

static void
print_report_json(const struct journal_report *r)
{
	json_t *faults = json_array();

	for (size_t i = 0; i < r->faults_count && i < COUNT(r->faults); i++)
		json_array_append_new(faults, json_string(r->faults[i].text));
	command_print_json(json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:o}",
	    "lines", (json_int_t)r->lines, "first_seq",
	    (json_int_t)r->first_seq, "last_seq", (json_int_t)r->last_seq,
	    "seals", (json_int_t)r->seals, "seals_checked",
	    (json_int_t)r->seals_checked, "faults_count",
	    (json_int_t)r->faults_count, "faults", faults));
}

/* That it was verified, by whom, and what came out. */
static int
record_verify(struct journal *j, const struct journal_report *r,
    struct reason *why)
{
	char user[WHO_SIZE];
	struct actor actor = { "user", user, "" };

	who_typed(user);
	return journal_event(j, EVENT_LOG_VERIFY, &actor,
	    json_pack("{s:I, s:I, s:I, s:s}", "first_seq",
		(json_int_t)r->first_seq, "last_seq", (json_int_t)r->last_seq,
		"faults", (json_int_t)r->faults_count, "res",
		r->faults_count == 0 ? "ok" : "fault"),
	    why);
}

/* Opening comes first: it moves a torn tail aside, which no one was told was
 * recorded. Where the journal cannot be written (an auditor's copy) it is
 * verified all the same, and said so. */
static int
verify(const struct conf *conf, const char *key, struct journal_report *r,
    struct reason *why)
{
	struct reason unwritten;
	struct journal *j = journal_open(conf, &unwritten);
	int result = journal_verify(conf, key, r, why);

	if (result == 0 && (j == NULL || record_verify(j, r, &unwritten) == -1))
		fprintf(stderr,
		    "sekimorictl: the verification is not recorded: %s\n",
		    unwritten.text);
	journal_close(&j);
	return result;
}

int
command_log_verify(const struct conf *conf, int argc, char **argv)
{
	bool json = command_flag(&argc, argv, "--json");
	const char *key = command_option(&argc, argv, "--key");
	struct journal_report *r;
	struct reason why;
	int status;

	if (argc != 1)
		return COMMAND_USAGE;
	r = calloc(1, sizeof *r);
	if (r == NULL || verify(conf, key, r, &why) == -1) {
		free(r);
		return fail(&why);
	}
	if (json)
		print_report_json(r);
	else
		print_report(r);
	status = r->faults_count == 0 ? COMMAND_OK : COMMAND_FAILED;
	free(r);
	return status;
}

int
command_log_seal(const struct conf *conf, int argc, char **argv)
{
	struct reason why;
	struct journal *j;
	int result;

	(void)argv;
	if (argc != 1)
		return COMMAND_USAGE;
	j = journal_open(conf, &why);
	if (j == NULL)
		return fail(&why);
	result = journal_seal(j, &why);
	journal_close(&j);
	if (result == -1)
		return fail(&why);
	puts("sealed");
	return COMMAND_OK;
}
