/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "certs/claim.h"
#include "milter/base/clock.h"
#include "milter/base/hash.h"
#include "milter/base/log.h"
#include "milter/run/ask.h"
#include "milter/run/gate.h"
#include "milter/run/injector.h"
#include "milter/quarantine/meta.h"
#include "milter/run/judge.h"
#include "milter/run/second.h"
#include "milter/base/banned.h"

struct session *
judge_session_new(void)
{
	struct site *site = gate_use_site();
	struct session *s = NULL;

	if (atomic_load(&gate.connections) < site->conf->milter_connections)
		s = calloc(1, sizeof *s);
	if (s != NULL) {
		collect_init(&s->message, (uint64_t)site->conf->message_size);
		s->envelope =
		    envelope_new((size_t)site->conf->message_recipients);
	}
	site_done(&site);
	if (s != NULL && s->envelope == NULL)
		judge_session_free(&s);
	return s;
}

void
judge_session_free(struct session **s)
{
	if (*s == NULL)
		return;
	judge_end(*s);
	envelope_free(&(*s)->envelope);
	free(*s);
	*s = NULL;
}

void
judge_begin(struct session *s)
{
	judge_end(s);
	s->site = gate_use_site();
	s->message.limit = (uint64_t)s->site->conf->message_size;
	s->started = clock_ms();
	ident_new(s->envelope->id);
	atomic_fetch_add(&gate.busy, 1);
}

void
judge_end(struct session *s)
{
	if (s->started != 0)
		atomic_fetch_sub(&gate.busy, 1);
	s->started = 0;
	s->refused = false;
	s->token[0] = '\0';
	s->thread = (struct thread){ .count = 0 };
	collect_reset(&s->message);
	if (s->envelope != NULL)
		envelope_reset(s->envelope);
	site_done(&s->site);
}

/* There is not even a message to record: the log and the MTA are told. */
static sfsistat
give_up(struct session *s, const struct mta *mta, const char *text)
{
	struct mta_reply r = { .code = "451", .extended = "4.3.0" };

	log_warning("%s: id=%s deferred: %s (%s)", s->envelope->queue_id,
	    s->envelope->id, text, s->why.text);
	mta_line(&r, "%s", text);
	mta->reply(mta->context, &r);
	return SMFIS_TEMPFAIL;
}

/* Does the message carry a token of ours? */
static enum token_state
find_token(struct session *s, int message, struct token *t)
{
	const struct envelope *e = s->envelope;
	enum token_state state = TOKEN_BAD;
	struct reason why;
	char **rcpts;

	if (s->token[0] == '\0' || e->rcpts_count == 0)
		return TOKEN_BAD;
	rcpts = calloc(e->rcpts_count, sizeof *rcpts);
	if (rcpts == NULL)
		return TOKEN_BAD;
	for (size_t i = 0; i < e->rcpts_count; i++)
		rcpts[i] = e->rcpts[i].address;
	*t = (struct token){ .sender = e->sender,
		.rcpts = rcpts,
		.rcpts_count = e->rcpts_count };
	if (token_body(message, t->sha256, &why) == 0)
		state = token_check(gate.quarantine, s->token, t);
	t->rcpts = NULL;
	free(rcpts);
	return state;
}

/* Mail from inside has no sender to doubt. */
static bool
wants_lookup(const struct session *s)
{
	return s->site->conf->lookup && !s->envelope->inside;
}

/* Only mail from outside has a signature for us to doubt. */
static bool
wants_verify(const struct session *s, int message)
{
	return s->site->conf->verify && !s->envelope->inside &&
	       claim_signed(message);
}

/* Carries the plan out (and frees it) and says so on one line. */
static sfsistat
carry_out(struct act *act, struct plan *plan)
{
	char line[2048] = "";
	sfsistat answer = act_carry_out(act, plan, line, sizeof line);

	act_plan_free(&plan);
	/* Held, or copies of it or a notice about it are in the spool. */
	if (answer == SMFIS_DISCARD ||
	    (answer == SMFIS_REJECT && act->envelope->inside))
		injector_wake();
	atomic_fetch_add(&gate.messages, 1);
	log_info("%s", line);
	return answer;
}

/* Mails of the sender that spoke of a password go along. */
static struct findings *
ask_about(const struct session *s, int message)
{
	struct question q = {
		.scan = gate.scan_socket,
		.lookup = wants_lookup(s) ? gate.lookup_socket : NULL,
		.verify = wants_verify(s, message) ? gate.verify_socket : NULL,
		.message = message,
		.envelope = s->envelope,
	};
	struct findings *f;

	if (!s->envelope->inside)
		q.companions_count = pairs_find(gate.pairs, s->envelope->sender,
		    q.companions, ASK_COMPANIONS);
	f = ask_servers(s->site->conf, &q);
	for (size_t i = 0; i < q.companions_count; i++)
		close(q.companions[i]);
	return f;
}

/* The copy of the act sanitise; what it lacks is asked for again as well. */
static struct findings *
inspect_copy(void *context, int copy)
{
	const struct session *s = context;
	struct findings *f;
	struct reason why;

	if (collect_seal_fd(copy, &why) == 0)
		return ask_about(s, copy);
	f = findings_new();
	findings_fact(f, FACT_SCAN_UNFINISHED, -1, 0, "%s", why.text);
	return f;
}

static struct act
begin_act(struct session *s, const struct mta *mta, int message,
    struct findings *f)
{
	return (struct act){
		.mta = mta,
		.conf = s->site->conf,
		.journal = gate.journal,
		.quarantine = gate.quarantine,
		.spool = gate.spool,
		.places = s->site->places,
		.pace = gate.pace,
		.policy = s->site->policy,
		.envelope = s->envelope,
		.findings = f,
		.message = message,
		.seal_socket = gate.seal_socket,
		.inspect = inspect_copy,
		.context = s,
		.started = s->started,
	};
}

static void
record_campaign(const struct session *s, const struct campaign *c)
{
	static const struct actor actor = { "system", "sekimorid", "" };
	const struct envelope *e = s->envelope;
	json_t *fields =
	    json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:b}",
		"campaign", c->id, "msg", e->id, "queue_id", e->queue_id,
		"name", c->what, "pattern", c->pattern, "mails", c->mails,
		"recipients", c->recipients, "senders", c->senders, "contents",
		c->contents, "suspicious", c->suspicious);
	struct reason why = { "not UTF-8 text" };

	log_warning("%s: id=%s campaign %s begins", e->queue_id, e->id, c->id);
	if (fields == NULL || journal_event(gate.journal, EVENT_CAMPAIGN_BEGUN,
				  &actor, fields, &why) == -1)
		log_warning("campaign %s: not recorded: %s", c->id, why.text);
}

/* Only what was inspected counts, once: what is deferred comes again. */
static void
note_campaign(const struct session *s, struct findings *f)
{
	const struct conf *conf = s->site->conf;
	struct campaign c;

	if (gate.campaigns == NULL || s->envelope->inside || !f->finished ||
	    !campaign_note(gate.campaigns, conf, s->envelope, f, clock_ms(),
		&c))
		return;
	findings_text(&f->campaign, c.id);
	findings_fact(f, FACT_CAMPAIGN, -1, 0,
	    "%s: %s%s, within %lld s %u mails to %u recipients", c.id,
	    c.pattern[0] != '\0' ? "named like " : "the same bytes as ",
	    c.pattern[0] != '\0' ? c.pattern : c.what,
	    (long long)conf->campaign_window, c.mails, c.recipients);
	if (c.suspicious)
		findings_fact(f, FACT_CAMPAIGN_SUSPICIOUS, -1, 0,
		    "%s: from %u domains, %u different contents", c.id,
		    c.senders, c.contents);
	if (c.begins)
		record_campaign(s, &c);
}

/* The other half of such a pair may come later, or be held already. */
static void
note_password(const struct session *s, int message, const struct findings *f)
{
	int64_t seconds = s->site->conf->password_time;

	if (s->envelope->inside || seconds == 0 ||
	    s->envelope->sender[0] == '\0' ||
	    findings_has(f, FACT_TEXT_PASSWORD) == NULL)
		return;
	pairs_keep(gate.pairs, s->envelope->sender, message, seconds);
	second_look(s->envelope->sender, message);
}

static sfsistat
judge_passed(struct session *s, const struct mta *mta, int message,
    const struct token *t)
{
	struct findings *f = findings_new();
	struct act act = begin_act(s, mta, message, f);
	sfsistat answer;

	f->finished = true;
	act.release_id = t->id;
	act.release_nonce = t->nonce;
	act.copy = t->kind == TOKEN_COPY;
	answer = carry_out(&act, act.copy ? act_plan_copy(s->envelope)
					  : act_plan_released(s->envelope));
	findings_free(&f);
	return answer;
}

/* t is NULL, or the token of a message that waited. */
static sfsistat
judge_inspected(struct session *s, const struct mta *mta, int message,
    const struct token *t)
{
	struct findings *f = ask_about(s, message);
	struct act act = begin_act(s, mta, message, f);
	sfsistat answer;

	if (t != NULL) {
		act.release_id = t->id;
		act.release_nonce = t->nonce;
	}
	note_campaign(s, f);
	thread_judge(&s->thread, gate.quarantine, s->envelope,
	    s->site->conf->thread_time, f);
	answer = carry_out(&act, act_plan(s->site->policy, f, s->envelope));
	note_password(s, message, f);
	findings_free(&f);
	return answer;
}

/* It came from where it came first, not from us, and the time to think is over:
 * all else is as the policy says now, with the keys that there are now. */
static sfsistat
judge_waited(struct session *s, const struct mta *mta, int message,
    const struct token *t)
{
	struct envelope *e = s->envelope;
	json_t *meta = quarantine_get(gate.quarantine, t->id, &s->why);

	if (meta == NULL)
		return give_up(s, mta, "the held message cannot be read");
	envelope_text(&e->client_ip, meta_text(meta, "client_ip"));
	envelope_text(&e->helo, meta_text(meta, "helo"));
	envelope_text(&e->auth_user, meta_text(meta, "auth_user"));
	json_decref(meta);
	e->waited = true;
	envelope_directions(e, s->site->places);
	return judge_inspected(s, mta, message, t);
}

/* A bound of the gate itself was passed: nothing is inspected, the verdict is
 * recorded like any other. */
struct bound {
	struct verdict verdict;
	const char *code, *extended;
};

static const struct bound stopping = {
	.verdict = { .kind = VERDICT_DEFER,
	    .rule = "(stopping)",
	    .basis = "fail closed",
	    .class = "",
	    .text = "",
	    .prefix = "" },
};
static const struct bound too_large = {
	.verdict = { .kind = VERDICT_REFUSE,
	    .rule = "(message_size)",
	    .basis = "RFC 5321 4.5.3.1",
	    .class = "",
	    .text = "the message is larger than this site takes",
	    .prefix = "" },
	.code = "552",
	.extended = "5.3.4",
};
static const struct bound too_many = {
	.verdict = { .kind = VERDICT_REFUSE,
	    .rule = "(message_recipients)",
	    .basis = "RFC 5321 4.5.3.1",
	    .class = "",
	    .text = "too many recipients, or an address that is too long",
	    .prefix = "" },
	.code = "552",
	.extended = "5.5.3",
};

/* Whoever sends it asks why: the first one arrived. */
static const struct bound passed = {
	.verdict = { .kind = VERDICT_REFUSE,
	    .rule = "(passed)",
	    .basis = "a token passes once",
	    .class = "",
	    .text = "this message has passed already",
	    .prefix = "" },
};

static sfsistat
judge_bound(struct session *s, const struct mta *mta, int message,
    const struct bound *bound)
{
	struct findings *f = findings_new();
	struct act act = begin_act(s, mta, message, f);
	sfsistat answer;

	findings_fact(f, FACT_SCAN_UNFINISHED, -1, 0, "%s",
	    bound->verdict.rule);
	act.code = bound->code;
	act.extended = bound->extended;
	answer = carry_out(&act, act_plan_all(s->envelope, &bound->verdict));
	findings_free(&f);
	return answer;
}

static sfsistat
judge_collected(struct session *s, const struct mta *mta, int message)
{
	struct token t;

	switch (find_token(s, message, &t)) {
	case TOKEN_GOOD:
		return t.kind == TOKEN_HOLD ? judge_waited(s, mta, message, &t)
					    : judge_passed(s, mta, message, &t);
	case TOKEN_USED:
		return judge_bound(s, mta, message, &passed);
	case TOKEN_BAD:
		break;
	}
	return judge_inspected(s, mta, message, NULL);
}

sfsistat
judge_message(struct session *s, const struct mta *mta)
{
	int message;

	if (s->site == NULL || s->envelope->rcpts_count == 0)
		return give_up(s, mta,
		    "the envelope did not come whole; try again");
	s->envelope->size = s->message.size;
	envelope_directions(s->envelope, s->site->places);
	message = collect_seal(&s->message, &s->why);
	if (message == -1)
		return give_up(s, mta, "cannot keep the message; try again");
	if (atomic_load(&gate.draining))
		return judge_bound(s, mta, message, &stopping);
	if (s->refused)
		return judge_bound(s, mta, message, &too_many);
	if (s->message.over)
		return judge_bound(s, mta, message, &too_large);
	return judge_collected(s, mta, message);
}
