/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "milter/act/act.h"
#include "milter/base/banned.h"

static void *
get(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size);

	/* A plan of half the recipients would lose the others. */
	if (p == NULL)
		abort();
	return p;
}

static bool
same_fate(const struct verdict *a, const struct verdict *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->rule == NULL || b->rule == NULL)
		return a->rule == b->rule;
	return strcmp(a->rule, b->rule) == 0;
}

static struct group *
group_of(struct plan *plan, const struct verdict *v, size_t rcpts)
{
	struct group *g;

	for (size_t i = 0; i < plan->count; i++)
		if (same_fate(&plan->groups[i].verdict, v))
			return &plan->groups[i];
	g = &plan->groups[plan->count++];
	g->verdict = *v;
	g->effect = v->kind;
	g->class = v->class;
	g->rcpts = get(rcpts, sizeof *g->rcpts);
	return g;
}

/* How many groups have this effect. */
static size_t
have(const struct plan *plan, enum verdict_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->count; i++)
		n += plan->groups[i].effect == kind;
	return n;
}

static void
all_get(struct plan *plan, enum verdict_kind kind)
{
	for (size_t i = 0; i < plan->count; i++)
		plan->groups[i].effect = kind;
}

/* SMTP has one answer after DATA: who should be refused beside others is held
 * instead, so that nobody thinks it arrived and nothing is lost. */
static void
hold_the_refused(struct plan *plan)
{
	size_t refused = have(plan, VERDICT_REFUSE);

	if (refused == 0 || refused == plan->count)
		return;
	for (size_t i = 0; i < plan->count; i++)
		if (plan->groups[i].effect == VERDICT_REFUSE) {
			plan->groups[i].effect = VERDICT_QUARANTINE;
			plan->groups[i].class = "refused";
		}
}

/* Where one recipient must get it without its dangerous parts, all that get it
 * in clear do, so that one message is enough, and the original is held for each
 * of them. Beside recipients that get it sealed it is held only. */
static void
share_the_copy(struct plan *plan)
{
	bool sealed = have(plan, VERDICT_ENCRYPT) > 0;
	const char *class = NULL;

	for (size_t i = 0; i < plan->count; i++)
		if (plan->groups[i].effect == VERDICT_SANITISE) {
			class = plan->groups[i].class;
			if (sealed)
				plan->groups[i].effect = VERDICT_QUARANTINE;
		}
	for (size_t i = 0; class != NULL && !sealed && i < plan->count; i++)
		if (plan->groups[i].effect < VERDICT_SANITISE) {
			plan->groups[i].effect = VERDICT_SANITISE;
			plan->groups[i].class = class;
		}
}

static enum verdict_kind
answer_of(const struct plan *plan)
{
	static const enum verdict_kind order[] = { VERDICT_DEFER,
		VERDICT_REFUSE, VERDICT_ENCRYPT, VERDICT_SANITISE, VERDICT_TAG,
		VERDICT_DELIVER, VERDICT_QUARANTINE, VERDICT_HOLD };

	for (size_t i = 0; i < sizeof order / sizeof *order; i++)
		if (have(plan, order[i]) > 0)
			return order[i];
	/* Without recipients there is nobody to deliver to. */
	return VERDICT_DEFER;
}

struct plan *
act_plan_from(const struct verdict *verdicts, size_t count)
{
	struct plan *plan = get(1, sizeof *plan);

	plan->groups = get(count, sizeof *plan->groups);
	for (size_t i = 0; i < count; i++) {
		struct group *g = group_of(plan, &verdicts[i], count);

		g->rcpts[g->count++] = i;
	}
	if (have(plan, VERDICT_DEFER) > 0)
		all_get(plan, VERDICT_DEFER);
	hold_the_refused(plan);
	share_the_copy(plan);
	plan->answer = answer_of(plan);
	return plan;
}

struct plan *
act_plan(const struct policy *p, const struct findings *f,
    const struct envelope *e)
{
	struct verdict *verdicts = get(e->rcpts_count, sizeof *verdicts);
	struct plan *plan;

	for (size_t i = 0; i < e->rcpts_count; i++)
		policy_decide(p, f, e, i, &verdicts[i]);
	plan = act_plan_from(verdicts, e->rcpts_count);
	free(verdicts);
	return plan;
}

struct plan *
act_plan_all(const struct envelope *e, const struct verdict *verdict)
{
	struct verdict *verdicts = get(e->rcpts_count, sizeof *verdicts);
	struct plan *plan;

	for (size_t i = 0; i < e->rcpts_count; i++)
		verdicts[i] = *verdict;
	plan = act_plan_from(verdicts, e->rcpts_count);
	free(verdicts);
	return plan;
}

struct plan *
act_plan_released(const struct envelope *e)
{
	static const struct verdict released = {
		.kind = VERDICT_DELIVER,
		.rule = "released by staff",
		.basis = "quarantine release",
		.class = "",
		.text = "",
		.prefix = "",
	};

	return act_plan_all(e, &released);
}

struct plan *
act_plan_copy(const struct envelope *e)
{
	static const struct verdict copy = {
		.kind = VERDICT_DELIVER,
		.rule = "(copy)",
		.basis = "a copy of a message that was judged",
		.class = "",
		.text = "",
		.prefix = "",
	};

	return act_plan_all(e, &copy);
}

void
act_plan_free(struct plan **plan)
{
	if (*plan == NULL)
		return;
	for (size_t i = 0; i < (*plan)->count; i++)
		free((*plan)->groups[i].rcpts);
	free((*plan)->groups);
	free(*plan);
	*plan = NULL;
}
