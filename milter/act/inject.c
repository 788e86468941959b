/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "milter/act/bounce.h"
#include "milter/act/inject.h"
#include "milter/act/smtp.h"
#include "milter/base/clock.h"
#include "milter/base/log.h"
#include "milter/quarantine/meta.h"
#include "milter/base/banned.h"

enum { FIRST_PAUSE = 10, LONGEST_PAUSE = 1800 }; /* seconds */

#define SECOND INT64_C(1000000)

/* One copy that is being sent. */
struct sending {
	const struct inject *in;
	const char *id;
	json_t *meta, *copy;
	size_t number;
};

static int64_t
number_of(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static int
make_token(const struct sending *s, const struct smtp_mail *mail,
    char text[TOKEN_SIZE], struct reason *why)
{
	struct token t = { .kind = TOKEN_COPY,
		.sender = mail->sender,
		.rcpts = mail->rcpts,
		.rcpts_count = mail->rcpts_count };

	snprintf(t.id, sizeof t.id, "%s", s->id);
	snprintf(t.nonce, sizeof t.nonce, "%s", meta_text(s->copy, "nonce"));
	if (token_body(mail->message, t.sha256, why) == -1)
		return -1;
	return token_make(s->in->q, &t, text, why);
}

static enum smtp_result
send_mail(const struct sending *s, struct smtp_mail *mail, struct reason *why)
{
	char token[TOKEN_SIZE], header[TOKEN_SIZE + 32];

	if (mail->rcpts == NULL || mail->rcpts_args == NULL ||
	    make_token(s, mail, token, why) == -1)
		return SMTP_LATER;
	snprintf(header, sizeof header, "X-Sekimori-Release: %s\r\n", token);
	mail->header = header;
	return smtp_send(mail, why);
}

static enum smtp_result
try_copy(const struct sending *s, struct reason *why)
{
	const json_t *rcpts = json_object_get(s->copy, "rcpts");
	char **to = meta_texts(rcpts);
	char **args = meta_texts(json_object_get(s->copy, "rcpt_args"));
	struct smtp_mail mail = { .listener = s->in->conf->release_listener,
		.sender = meta_text(s->meta, "sender"),
		.sender_args = meta_text(s->meta, "sender_args"),
		.rcpts = to,
		.rcpts_args = args,
		.rcpts_count = json_array_size(rcpts),
		.seconds = s->in->conf->release_time };
	enum smtp_result result = SMTP_LATER;

	/* Opening checks size and SHA-256: what changed is never sent. */
	mail.message =
	    spool_message(s->in->spool, s->id, s->number, s->meta, why);
	if (mail.message != -1) {
		result = send_mail(s, &mail, why);
		close(mail.message);
	}
	free(to);
	free(args);
	return result;
}

static void
set_state(const struct sending *s, const char *state, const char *last)
{
	json_object_set_new(s->copy, "state", json_string(state));
	json_object_set_new(s->copy, "last", json_string(last));
}

static int
record(const struct sending *s, const char *result, const char *note,
    struct reason *why)
{
	static const struct actor actor = { "system", "sekimorid", "" };
	json_t *f = json_pack("{s:s, s:s, s:s, s:i, s:s, s:s, s:s}", "msg",
	    meta_text(s->meta, "msg"), "queue_id",
	    meta_text(s->meta, "queue_id"), "q", s->id, "n", (int)s->number,
	    "method", meta_text(s->copy, "method"), "res", result, "note",
	    note);

	if (f == NULL)
		return reason_set(why, "%s: meta.json is not whole", s->id);
	json_object_set(f, "env_to", json_object_get(s->copy, "rcpts"));
	return journal_event(s->in->journal, EVENT_COPY_SEND, &actor, f, why);
}

static int
settle_sent(const struct sending *s, struct reason *why)
{
	if (record(s, "sent", "", why) == -1)
		return -1;
	set_state(s, "sent", "");
	log_info("%s: copy %zu of %s was sent", meta_text(s->meta, "queue_id"),
	    s->number, s->id);
	return spool_note(s->in->spool, s->id, s->meta, why);
}

/* The sender hears of it before it counts as settled. */
static int
settle_failed(const struct sending *s, const char *said, struct reason *why)
{
	if (bounce_copy(s->in->conf, s->in->spool, s->id, s->number, s->meta,
		said, why) == -1 ||
	    record(s, "failed", said, why) == -1)
		return -1;
	set_state(s, "failed", said);
	log_warning("%s: copy %zu of %s was not taken: %s",
	    meta_text(s->meta, "queue_id"), s->number, s->id, said);
	return spool_note(s->in->spool, s->id, s->meta, why);
}

static int
settle_later(const struct sending *s, const char *said, struct reason *why)
{
	int64_t tries = number_of(s->copy, "tries") + 1;
	int64_t pause = FIRST_PAUSE << (tries < 8 ? tries - 1 : 7);
	int64_t born = clock_parse(meta_text(s->meta, "created"));

	if (born != -1 && clock_now() > born + s->in->conf->spool_time * SECOND)
		return settle_failed(s, said, why);
	if (pause > LONGEST_PAUSE)
		pause = LONGEST_PAUSE;
	json_object_set_new(s->copy, "tries", json_integer(tries));
	json_object_set_new(s->copy, "next",
	    json_integer(clock_now() + pause * SECOND));
	json_object_set_new(s->copy, "last", json_string(said));
	log_info("%s: copy %zu of %s is tried again in %lld s: %s",
	    meta_text(s->meta, "queue_id"), s->number, s->id, (long long)pause,
	    said);
	return spool_note(s->in->spool, s->id, s->meta, why);
}

static bool
has_passed(const struct sending *s)
{
	return token_passed(s->in->q, s->id, meta_text(s->copy, "nonce"));
}

/* What an attempt means whose token has passed the filter. An attempt that lost
 * its answer, this or one before, counts as taken. One that was answered does
 * not: the MTA had no room, or the journal had none, and with this token it
 * would never pass again. */
static bool
counts_as_taken(const struct sending *s, enum smtp_result result)
{
	char nonce[IDENT_SIZE];

	if (!has_passed(s))
		return false;
	if (result == SMTP_UNKNOWN ||
	    json_is_true(json_object_get(s->copy, "unknown")))
		return true;
	ident_new(nonce);
	json_object_set_new(s->copy, "nonce", json_string(nonce));
	return false;
}

static int
send_copy(const struct sending *s, struct reason *why)
{
	struct reason said = { "" };
	enum smtp_result result;

	/* The answer to an earlier attempt was lost. */
	if (has_passed(s))
		return settle_sent(s, why);
	result = try_copy(s, &said);
	if (result == SMTP_TAKEN || counts_as_taken(s, result))
		return settle_sent(s, why);
	if (result == SMTP_REFUSED)
		return settle_failed(s, said.text, why);
	if (result == SMTP_UNKNOWN)
		json_object_set_new(s->copy, "unknown", json_true());
	return settle_later(s, said.text, why);
}

static bool
is_ready(const json_t *copy)
{
	return strcmp(meta_text(copy, "state"), "ready") == 0;
}

static int
send_copies(struct sending *s, struct reason *why)
{
	json_t *list = json_object_get(s->meta, "copies");
	size_t ready = 0;

	json_array_foreach(list, s->number, s->copy)
	{
		if (is_ready(s->copy) &&
		    number_of(s->copy, "next") <= clock_now() &&
		    send_copy(s, why) == -1)
			return -1;
		ready += is_ready(s->copy);
	}
	return ready > 0 ? 0 : spool_done(s->in->spool, s->id, why);
}

int
inject_message(const struct inject *in, const char *id, struct reason *why)
{
	struct sending s = { .in = in, .id = id };
	int failed;

	s.meta = spool_meta(in->spool, id, why);
	if (s.meta == NULL)
		return -1;
	failed = send_copies(&s, why);
	json_decref(s.meta);
	return failed;
}
