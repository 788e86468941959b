/* SPDX-License-Identifier: ISC */
#include "milter/act/act.h"
#include "milter/act/carry.h"
#include "milter/base/count.h"
#include "milter/base/banned.h"

/* What each effect does before anything is recorded, and to the message in
 * the MTA's hands afterwards. */
static const struct {
	int (*prepare)(struct carry *c, struct group *g);
	int (*apply)(struct carry *c, const struct group *g);
} effects[VERDICT_COUNT] = {
	[VERDICT_TAG] = { NULL, tag_apply },
	[VERDICT_SANITISE] = { quarantine_prepare, NULL },
	[VERDICT_HOLD] = { quarantine_prepare, quarantine_apply },
	[VERDICT_QUARANTINE] = { quarantine_prepare, quarantine_apply },
};

static int
prepare_groups(struct carry *c)
{
	for (size_t i = 0; i < c->plan->count; i++) {
		struct group *g = &c->plan->groups[i];

		if (effects[g->effect].prepare != NULL &&
		    effects[g->effect].prepare(c, g) == -1)
			return -1;
	}
	return 0;
}

static bool
goes_on(const struct plan *plan)
{
	return plan->answer == VERDICT_DELIVER || plan->answer == VERDICT_TAG ||
	       plan->answer == VERDICT_ENCRYPT;
}

/* What everyone gets, with a proof that they may. */
static int
prepare_copies(struct carry *c)
{
	struct copies_source from = { .plan = c->plan,
		.e = c->a->envelope,
		.asked = &c->asked,
		.apart = c->a->conf->fence };

	if (c->plan->answer == VERDICT_ENCRYPT && encrypt_prepare(c) == -1)
		return -1;
	if (!goes_on(c->plan))
		return 0;
	from.seal = c->seal;
	if (copies_make(&c->copies, &from, &c->why) == -1)
		return -1;
	return c->copies.count > 1 ? split_prepare(c) : 0;
}

static int
prepare(struct carry *c)
{
	struct act *a = c->a;

	if (fields_open(&c->fields, a->message, &c->why) == -1 ||
	    prepare_copies(c) == -1)
		return -1;
	if (a->release_id != NULL && token_pass(a->quarantine, a->release_id,
					 a->release_nonce, &c->why) == -1)
		return -1;
	if (prepare_groups(c) == -1)
		return -1;
	if (c->plan->answer == VERDICT_SANITISE)
		sanitise_prepare(c);
	return 0;
}

static int
apply_effects(struct carry *c, const struct proof *proof)
{
	bool tagged = proof_seal(proof) != NULL;

	for (size_t i = 0; i < c->plan->count; i++) {
		const struct group *g = &c->plan->groups[i];

		/* One mark for all that get it: it is one message. */
		if (g->effect == VERDICT_TAG && tagged)
			continue;
		tagged |= g->effect == VERDICT_TAG;
		if (effects[g->effect].apply != NULL &&
		    effects[g->effect].apply(c, g) == -1)
			return -1;
	}
	return 0;
}

int
carry_apply(struct carry *c, const struct copy *copy)
{
	const struct seal_copy *seal = proof_seal(copy->proof);

	if (deliver_apply(c, copy->outside) == -1)
		return -1;
	if (seal != NULL && encrypt_apply(c, seal) == -1)
		return -1;
	if (proof_copy(copy->proof) != -1 &&
	    sanitise_apply(c, proof_copy(copy->proof)) == -1)
		return -1;
	return apply_effects(c, copy->proof);
}

static sfsistat
answer_reply(struct carry *c, sfsistat status)
{
	/* Without our words the MTA uses its own; the answer is the same. */
	(void)c->a->mta->reply(c->a->mta->context, &c->reply);
	return status;
}

static sfsistat
answer_defer(struct carry *c)
{
	return answer_reply(c, SMFIS_TEMPFAIL);
}

/* With split_commit() the only function that lets a message go on, and only
 * with a proof. */
static sfsistat
answer_go_on(struct carry *c)
{
	if (c->copies.count == 1 && carry_apply(c, &c->copies.list[0]) == 0)
		return SMFIS_CONTINUE;
	if (c->copies.count > 1 && split_commit(c) == 0)
		return SMFIS_DISCARD;
	if (c->copies.count == 0)
		reason_set(&c->why, "no proof that it may go on");
	defer_all(c);
	return answer_defer(c);
}

static sfsistat
answer_held(struct carry *c)
{
	if (quarantine_all(c))
		return SMFIS_DISCARD;
	reason_set(&c->why, "not everybody's copy is held");
	defer_all(c);
	return answer_defer(c);
}

static sfsistat
answer_refuse(struct carry *c)
{
	return answer_reply(c, SMFIS_REJECT);
}

static sfsistat (*const answers[VERDICT_COUNT])(struct carry *c) = {
	[VERDICT_DELIVER] = answer_go_on,
	[VERDICT_TAG] = answer_go_on,
	[VERDICT_SANITISE] = answer_go_on,
	[VERDICT_ENCRYPT] = answer_go_on,
	[VERDICT_HOLD] = answer_held,
	[VERDICT_QUARANTINE] = answer_held,
	[VERDICT_REFUSE] = answer_refuse,
	[VERDICT_DEFER] = answer_defer,
};

static void
reply_by_plan(struct carry *c)
{
	if (c->plan->answer == VERDICT_REFUSE)
		refuse_reply(c);
	if (c->plan->answer == VERDICT_DEFER) {
		reason_set(&c->why, "by policy");
		defer_all(c);
	}
}

sfsistat
act_carry_out(struct act *a, struct plan *plan, char *line, size_t size)
{
	struct carry c = { .a = a, .plan = plan };
	struct reason unrecorded;
	sfsistat status;

	reply_by_plan(&c);
	if (plan->answer != VERDICT_DEFER && prepare(&c) == -1)
		defer_all(&c);
	if (events_record(&c, &c.why) == -1) {
		bool tried = plan->answer == VERDICT_DEFER;

		defer_all(&c);
		/* The reason for the sender's next attempt, if it can be. */
		if (!tried)
			(void)events_record(&c, &unrecorded);
	}
	status = answers[plan->answer](&c);
	if (status != SMFIS_TEMPFAIL)
		sender_tell(&c);
	line_make(&c, line, size);
	copies_free(&c.copies);
	cuts_free(&c.cuts);
	seal_answer_free(&c.seal);
	fields_close(&c.fields);
	return status;
}
