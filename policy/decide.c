/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "policy/rules.h"
#include "milter/base/banned.h"

static void
set(struct verdict *v, const struct action *a)
{
	v->kind = a->kind;
	v->class = a->class;
	v->text = a->text;
	v->prefix = a->prefix;
	v->seconds = a->seconds;
}

static void
set_rule(struct verdict *v, const struct policy *p, const struct rule *r)
{
	set(v, &r->action);
	for (int i = 0; i < FACT_COUNT; i++)
		v->named[i] = question_means(p, r, (enum fact)i);
	v->rule = r->name;
	v->line = r->line;
	v->basis = r->basis;
}

static void
observe(struct verdict *v, const struct rule *r)
{
	if (v->observed_count == POLICY_OBSERVED)
		return;
	v->observed[v->observed_count].rule = r->name;
	v->observed[v->observed_count++].kind = r->action.kind;
}

/* To hold gives a sender time to think better of it, once. Mail to colleagues
 * can be asked back, mail from outside is not theirs. */
static bool
is_asked(const struct question *q, const struct rule *r)
{
	return r->action.kind != VERDICT_HOLD ||
	       (q->recipient->direction == DIRECTION_OUTBOUND &&
		   !q->envelope->waited);
}

/* The first rule that matches and is more than watched; NULL at the end. */
static const struct rule *
first(const struct question *q, struct verdict *v)
{
	for (const struct rule *r = q->policy->rules; r != NULL; r = r->next) {
		if (!is_asked(q, r) || !question_answer(q, r))
			continue;
		if (!r->observe)
			return r;
		observe(v, r);
	}
	return NULL;
}

/* A mail that must be encrypted must be so whatever a rule before says of
 * delivering it: no order of rules makes a way into the clear. Sanitised mail
 * cannot be encrypted as well, so it is held. */
static const struct rule *
floor_under(const struct question *q, const struct rule *decided)
{
	for (const struct rule *r = decided->next; r != NULL; r = r->next)
		if (r->action.kind == VERDICT_ENCRYPT && !r->observe &&
		    question_answer(q, r))
			return r;
	return NULL;
}

/* Nobody may go on with a mail that nobody inspected to the end, unless a rule
 * says in so many words that it may. */
static bool
fails_closed(const struct question *q, const struct rule *r,
    const struct verdict *v)
{
	return q->unfinished && v->kind < VERDICT_QUARANTINE &&
	       (r == NULL || !question_names(r, FACT_SCAN_UNFINISHED));
}

static void
set_default(struct verdict *v, const struct policy *p)
{
	set(v, &p->otherwise);
	memset(v->named, 0, sizeof v->named);
	v->rule = "(default)";
	v->line = p->otherwise_line;
	v->basis = "the policy's default";
}

static void
set_unfinished(struct verdict *v)
{
	static const struct action defer = { VERDICT_DEFER, "", "", "", 0 };

	set(v, &defer);
	memset(v->named, 0, sizeof v->named);
	v->rule = "(unfinished)";
	v->line = 0;
	v->basis = "fail closed: inspection did not finish";
}

void
policy_decide(const struct policy *p, const struct findings *f,
    const struct envelope *e, size_t rcpt, struct verdict *v)
{
	const struct rule *r, *under = NULL;
	struct question q;

	question_init(&q, p, f, e, rcpt);
	v->score = q.score;
	v->observed_count = 0;
	r = first(&q, v);
	if (r != NULL && r->action.kind < VERDICT_ENCRYPT)
		under = floor_under(&q, r);
	if (r != NULL)
		set_rule(v, p, r);
	else
		set_default(v, p);
	if (fails_closed(&q, r, v))
		set_unfinished(v);
	else if (under != NULL && v->kind == VERDICT_SANITISE)
		v->kind = VERDICT_QUARANTINE;
	else if (under != NULL)
		set_rule(v, p, under);
}
