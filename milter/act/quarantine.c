/* SPDX-License-Identifier: ISC */
#include "milter/act/carry.h"
#include "milter/base/banned.h"

int
quarantine_prepare(struct carry *c, struct group *g)
{
	struct act *a = c->a;
	struct verdict v = g->verdict;

	v.class = g->class != NULL ? g->class : "";
	if (quarantine_put(a->quarantine, a->message, a->envelope, g->rcpts,
		g->count, a->findings, &v, g->held, &g->seen, &c->why) == -1)
		return reason_prefix(&c->why, "quarantine");
	return 0;
}

bool
quarantine_holds(const struct group *g)
{
	return g->effect == VERDICT_QUARANTINE || g->effect == VERDICT_HOLD ||
	       g->effect == VERDICT_SANITISE;
}

int
quarantine_apply(struct carry *c, const struct group *g)
{
	const struct mta *mta = c->a->mta;

	for (size_t i = 0; i < g->count; i++) {
		const struct recipient *r = &c->a->envelope->rcpts[g->rcpts[i]];

		if (mta->remove(mta->context, r->given) == -1)
			return reason_set(&c->why,
			    "the MTA did not remove a recipient");
	}
	return 0;
}

/* A message that the MTA forgets must be somewhere: Postfix answers 250 and
 * drops one without recipients (encryption.md, M1). */
bool
quarantine_all(const struct carry *c)
{
	for (size_t i = 0; i < c->plan->count; i++) {
		const struct group *g = &c->plan->groups[i];

		if (!quarantine_holds(g) || g->effect == VERDICT_SANITISE ||
		    !ident_valid(g->held))
			return false;
	}
	return c->plan->count > 0;
}
