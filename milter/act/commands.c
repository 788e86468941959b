/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>

#include "milter/act/commands.h"
#include "milter/act/hold.h"
#include "milter/base/clock.h"
#include "milter/base/command.h"
#include "milter/base/text.h"
#include "milter/quarantine/meta.h"
#include "milter/record/who.h"
#include "milter/base/banned.h"

enum { NOTE = 1024 };

/* What both verbs need. */
struct desk {
	const struct conf *conf;
	struct quarantine *q;
	struct journal *j;
	char user[WHO_SIZE];
	char note[NOTE];
	bool json;
};

/* One message: the word for its result, or NULL and why. */
typedef const char *act_on(struct desk *d, const char *id, struct reason *why);

static const char *
release_one(struct desk *d, const char *id, struct reason *why)
{
	switch (release_held(d->conf, d->q, d->j, id, d->user, d->note, why)) {
	case RELEASE_SENT:
		return "released";
	case RELEASE_ALREADY:
		return "already released";
	case RELEASE_REFUSED:
	case RELEASE_FAILED:
		break;
	}
	return NULL;
}

static const char *
discard_one(struct desk *d, const char *id, struct reason *why)
{
	if (release_discard(d->conf, d->q, d->j, id, d->user, d->note, why) ==
	    -1)
		return NULL;
	return "discarded";
}

static struct hold
hold_of(const struct desk *d)
{
	return (struct hold){ d->conf, d->q, d->j };
}

static const char *
send_one(struct desk *d, const char *id, struct reason *why)
{
	struct hold h = hold_of(d);

	switch (hold_send_now(&h, id, d->user, d->note, why)) {
	case RELEASE_SENT:
		return "sent on";
	case RELEASE_ALREADY:
		return "already sent on";
	case RELEASE_REFUSED:
	case RELEASE_FAILED:
		break;
	}
	return NULL;
}

static const char *
cancel_one(struct desk *d, const char *id, struct reason *why)
{
	struct hold h = hold_of(d);

	if (hold_cancel(&h, id, d->user, d->note, why) == -1)
		return NULL;
	return "cancelled";
}

static void
tell(const struct desk *d, const char *id, const char *result,
    const struct reason *why)
{
	if (d->json)
		command_print_json(json_pack("{s:s, s:s, s:s}", "id", id,
		    "result", result != NULL ? result : "failed", "error",
		    result != NULL ? "" : why->text));
	else if (result != NULL)
		printf("%s: %s\n", id, result);
	else
		fprintf(stderr, "%s: failed: %s\n", id, why->text);
}

static int
each(struct desk *d, int argc, char **argv, act_on *one)
{
	int answer = COMMAND_OK;

	for (int i = 1; i < argc; i++) {
		struct reason why = { "" };
		const char *result = NULL;

		if (!ident_valid(argv[i]))
			reason_set(&why, "\"%s\" is no identifier", argv[i]);
		else
			result = one(d, argv[i], &why);
		if (result == NULL)
			answer = COMMAND_FAILED;
		tell(d, argv[i], result, &why);
	}
	return answer;
}

static int
with_desk(struct desk *d, int argc, char **argv, act_on *one)
{
	struct reason why;
	int answer = COMMAND_FAILED;

	who_typed(d->user);
	d->q = quarantine_open(d->conf, false, &why);
	if (d->q != NULL)
		d->j = journal_open(d->conf, &why);
	if (d->j != NULL)
		answer = each(d, argc, argv, one);
	else
		fprintf(stderr, "sekimorictl: %s\n", why.text);
	journal_close(&d->j);
	quarantine_close(&d->q);
	return answer;
}

static int
run(const struct conf *conf, int argc, char **argv, act_on *one)
{
	struct desk d = { .conf = conf };
	const char *note = command_option(&argc, argv, "--reason");

	d.json = command_flag(&argc, argv, "--json");
	if (command_unknown(argc, argv) != NULL || argc < 2) {
		fprintf(stderr, "sekimorictl: expected ID... --reason TEXT\n");
		return COMMAND_USAGE;
	}
	if (note == NULL || note[0] == '\0') {
		fprintf(stderr,
		    "sekimorictl: say why with --reason \"...\": it is "
		    "recorded\n");
		return COMMAND_USAGE;
	}
	if (!text_printable(d.note, sizeof d.note, note, strlen(note))) {
		fprintf(stderr,
		    "sekimorictl: --reason is longer than %d bytes\n",
		    NOTE - 1);
		return COMMAND_USAGE;
	}
	return with_desk(&d, argc, argv, one);
}

int
command_release(const struct conf *conf, int argc, char **argv)
{
	return run(conf, argc, argv, release_one);
}

int
command_hold_now(const struct conf *conf, int argc, char **argv)
{
	return run(conf, argc, argv, send_one);
}

int
command_hold_cancel(const struct conf *conf, int argc, char **argv)
{
	return run(conf, argc, argv, cancel_one);
}

static void
print_waiting(const json_t *meta)
{
	const json_t *rcpt, *rcpts = json_object_get(meta, "rcpts");
	int64_t until = json_integer_value(json_object_get(meta, "until"));
	char text[CLOCK_TEXT] = "(refused, stays held)      ";
	size_t i;

	if (until != 0)
		clock_text(until, text);
	printf("%s  %s  %s ->", meta_text(meta, "id"), text,
	    meta_text(meta, "sender"));
	json_array_foreach(rcpts, i, rcpt)
	    printf(" %s", json_string_value(rcpt));
	putchar('\n');
}

int
command_hold_list(const struct conf *conf, int argc, char **argv)
{
	bool json = command_flag(&argc, argv, "--json");
	struct hold h = { .conf = conf };
	struct reason why;
	json_t *list = NULL, *meta;
	size_t i;

	if (command_unknown(argc, argv) != NULL || argc != 1) {
		fprintf(stderr, "usage: sekimorictl hold list [--json]\n");
		return COMMAND_USAGE;
	}
	h.q = quarantine_open(conf, false, &why);
	if (h.q != NULL)
		list = hold_list(&h, &why);
	quarantine_close(&h.q);
	if (list == NULL) {
		fprintf(stderr, "sekimorictl: %s\n", why.text);
		return COMMAND_FAILED;
	}
	json_array_foreach(list, i, meta)
	{
		if (json)
			command_print_json(json_incref(meta));
		else
			print_waiting(meta);
	}
	json_decref(list);
	return COMMAND_OK;
}

int
command_discard(const struct conf *conf, int argc, char **argv)
{
	return run(conf, argc, argv, discard_one);
}
