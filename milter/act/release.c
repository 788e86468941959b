/* SPDX-License-Identifier: ISC */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "milter/act/release.h"
#include "milter/act/smtp.h"
#include "milter/quarantine/meta.h"
#include "milter/base/banned.h"

/* One attempt to release one held message. */
struct release {
	const struct conf *conf;
	struct quarantine *q;
	struct journal *j;
	const char *id, *user, *note;
	char nonce[IDENT_SIZE];
	json_t *meta;
	bool resumed; /* one with the same nonce came before it */
};

static int
lock_in(const struct conf *conf, enum held_state state, const char *id)
{
	char path[4096];
	int n = snprintf(path, sizeof path, "%s/%s/%s/message",
	    conf->quarantine_dir, held_state_name(state), id);

	if (n < 0 || (size_t)n >= sizeof path)
		return -1;
	return open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
}

/* The message's file stays the same in every state, and a lock on it ends with
 * its process: so whoever has it may trust that a state "releasing" is left
 * over from one that was killed. The lock on the folder is quarantine_move()'s
 * own, which waits for it. */
static int
lock(const struct conf *conf, const char *id, struct reason *why)
{
	for (int state = 0; state < HELD_STATES; state++) {
		int fd = lock_in(conf, (enum held_state)state, id);

		if (fd == -1)
			continue;
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return fd;
		close(fd);
		return reason_set(why,
		    "%s: someone else is releasing or discarding it now", id);
	}
	return reason_set(why, "%s: no such held message, or it was discarded",
	    id);
}

static enum held_state
state_of(const json_t *meta)
{
	const char *s = json_string_value(json_object_get(meta, "state"));

	return s == NULL ? HELD_STATES : held_state_named(s);
}

static int
record(const struct release *r, const char *result, struct reason *why)
{
	struct actor actor = { "user", r->user, "" };
	json_t *f =
	    json_pack("{s:s, s:s, s:s, s:s, s:s}", "q", r->id, "decision",
		"release", "note", r->note, "attempt", r->nonce, "res", result);

	json_object_set(f, "released_to", json_object_get(r->meta, "rcpts"));
	return journal_event(r->j, EVENT_QUARANTINE_RELEASE, &actor, f, why);
}

static int
begin(struct release *r, struct reason *why)
{
	struct reason ignored;

	ident_new(r->nonce);
	if (quarantine_move(r->q, r->id, HELD_HELD, HELD_RELEASING,
		json_pack("{s:s, s:s, s:s}", "nonce", r->nonce, "released_by",
		    r->user, "release_note", r->note),
		why) == -1)
		return -1;
	if (record(r, "begun", why) == 0)
		return 0;
	/* Nothing is sent that is not recorded. */
	(void)quarantine_move(r->q, r->id, HELD_RELEASING, HELD_HELD, NULL,
	    &ignored);
	return -1;
}

/* The listener has it. The event comes first: killed in between, the next
 * call records it once more rather than never. */
static enum release_result
finish(struct release *r, enum release_result result, const char *recorded,
    struct reason *why)
{
	if (record(r, recorded, why) == -1 ||
	    quarantine_move(r->q, r->id, HELD_RELEASING, HELD_RELEASED, NULL,
		why) == -1) {
		reason_prefix(why, "it was sent, but that could not be "
				   "noted; run the release again");
		return RELEASE_FAILED;
	}
	return result;
}

/* why has the reason and keeps it, whatever else fails. */
static enum release_result
give_back(struct release *r)
{
	struct reason ignored;

	(void)record(r, "failed", &ignored);
	(void)quarantine_move(r->q, r->id, HELD_RELEASING, HELD_HELD, NULL,
	    &ignored);
	return RELEASE_FAILED;
}

static enum release_result
settle(struct release *r, enum smtp_result sent, struct reason *why)
{
	struct reason ignored;

	if (sent == SMTP_TAKEN)
		return finish(r, RELEASE_SENT, "sent", why);
	/* The attempt before, which was killed or lost its answer, came
	 * through in between: this one was refused for that. */
	if (r->resumed && token_passed(r->q, r->id, r->nonce))
		return finish(r, RELEASE_ALREADY, "recovered", why);
	if (sent == SMTP_REFUSED) {
		(void)give_back(r);
		return RELEASE_REFUSED;
	}
	if (sent != SMTP_UNKNOWN)
		return give_back(r);
	(void)record(r, "unknown", &ignored);
	reason_prefix(why, "the answer was lost; run the release again, it "
			   "is not sent twice");
	return RELEASE_FAILED;
}

static int
token_of(const struct release *r, const struct smtp_mail *mail,
    char text[TOKEN_SIZE], struct reason *why)
{
	/* No way of releasing makes a way around the policy. */
	bool waited = json_object_get(r->meta, "until") != NULL;
	struct token t = { .kind = waited ? TOKEN_HOLD : TOKEN_RELEASE,
		.sender = mail->sender,
		.rcpts = mail->rcpts,
		.rcpts_count = mail->rcpts_count };

	if (mail->rcpts_count == 0)
		return reason_set(why, "%s: no recipients in meta.json", r->id);
	snprintf(t.id, sizeof t.id, "%s", r->id);
	snprintf(t.nonce, sizeof t.nonce, "%s", r->nonce);
	if (token_body(mail->message, t.sha256, why) == -1)
		return -1;
	return token_make(r->q, &t, text, why);
}

static enum release_result
send_it(struct release *r, struct smtp_mail *mail, struct reason *why)
{
	char token[TOKEN_SIZE], header[TOKEN_SIZE + 32];
	enum release_result result;

	/* Opening checks size and SHA-256: what changed is never sent. */
	mail->message = quarantine_open_message(r->q, r->id, why);
	if (mail->message == -1)
		return give_back(r);
	mail->header = header;
	if (token_of(r, mail, token, why) == -1) {
		result = give_back(r);
	} else {
		snprintf(header, sizeof header, "X-Sekimori-Release: %s\r\n",
		    token);
		result = settle(r, smtp_send(mail, why), why);
	}
	close(mail->message);
	return result;
}

static enum release_result
send_held(struct release *r, struct reason *why)
{
	size_t count = json_array_size(json_object_get(r->meta, "rcpts"));
	char **rcpts = meta_texts(json_object_get(r->meta, "rcpts"));
	char **args = meta_texts(json_object_get(r->meta, "rcpt_args"));
	struct smtp_mail mail = { .listener = r->conf->release_listener,
		.sender = meta_text(r->meta, "sender"),
		.sender_args = meta_text(r->meta, "sender_args"),
		.rcpts = rcpts,
		.rcpts_args = args,
		.rcpts_count = rcpts != NULL ? count : 0,
		.seconds = r->conf->release_time };
	enum release_result result = send_it(r, &mail, why);

	free(rcpts);
	free(args);
	return result;
}

static enum release_result
from_held(struct release *r, struct reason *why)
{
	return begin(r, why) == -1 ? RELEASE_FAILED : send_held(r, why);
}

/* Left over from an attempt that was killed or lost its answer. With the same
 * nonce it cannot pass the filter twice, even if that one is still coming. */
static enum release_result
from_releasing(struct release *r, struct reason *why)
{
	const char *nonce =
	    json_string_value(json_object_get(r->meta, "nonce"));

	if (nonce == NULL || !ident_valid(nonce)) {
		reason_set(why, "%s: no nonce in meta.json", r->id);
		return give_back(r);
	}
	snprintf(r->nonce, sizeof r->nonce, "%s", nonce);
	if (token_passed(r->q, r->id, r->nonce))
		return finish(r, RELEASE_ALREADY, "recovered", why);
	r->resumed = true;
	return send_held(r, why);
}

static enum release_result
by_state(struct release *r, struct reason *why)
{
	switch (state_of(r->meta)) {
	case HELD_HELD:
		return from_held(r, why);
	case HELD_RELEASING:
		return from_releasing(r, why);
	case HELD_RELEASED:
		return RELEASE_ALREADY;
	case HELD_DISCARDED:
		reason_set(why, "%s: it was discarded", r->id);
		return RELEASE_FAILED;
	case HELD_STATES:
		break;
	}
	reason_set(why, "%s: unknown state in meta.json", r->id);
	return RELEASE_FAILED;
}

enum release_result
release_held(const struct conf *conf, struct quarantine *q, struct journal *j,
    const char *id, const char *user, const char *note, struct reason *why)
{
	struct release r = { .conf = conf,
		.q = q,
		.j = j,
		.id = id,
		.user = user,
		.note = note };
	enum release_result result = RELEASE_FAILED;
	int held;

	if (!ident_valid(id) || note == NULL || note[0] == '\0') {
		reason_set(why, "a release needs an identifier and a reason");
		return RELEASE_FAILED;
	}
	held = lock(conf, id, why);
	if (held == -1)
		return RELEASE_FAILED;
	r.meta = quarantine_get(q, id, why);
	if (r.meta != NULL)
		result = by_state(&r, why);
	json_decref(r.meta);
	close(held);
	return result;
}

int
release_discard(const struct conf *conf, struct quarantine *q,
    struct journal *j, const char *id, const char *user, const char *note,
    struct reason *why)
{
	struct actor actor = { "user", user, "" };
	int held, answer;

	if (!ident_valid(id) || note == NULL || note[0] == '\0')
		return reason_set(why,
		    "discarding needs an identifier and a reason");
	held = lock(conf, id, why);
	if (held == -1)
		return -1;
	answer = quarantine_move(q, id, HELD_HELD, HELD_DISCARDED,
	    json_pack("{s:s, s:s}", "discarded_by", user, "discard_note", note),
	    why);
	if (answer == 0)
		answer = journal_event(j, EVENT_QUARANTINE_DELETE, &actor,
		    json_pack("{s:s, s:s, s:s}", "q", id, "decision", "discard",
			"note", note),
		    why);
	close(held);
	return answer;
}
