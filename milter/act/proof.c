/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "milter/act/proof.h"
#include "milter/base/banned.h"

struct proof {
	struct seal_answer *seal;
};

static bool
goes_on(const struct group *g)
{
	return g->effect != VERDICT_QUARANTINE;
}

/* Does a group that gets the message differ from "get it clear" (or sealed)? */
static bool
all_get_it(const struct plan *plan, bool sealed)
{
	size_t getting = 0;

	for (size_t i = 0; i < plan->count; i++) {
		const struct group *g = &plan->groups[i];
		bool must = g->verdict.kind == VERDICT_ENCRYPT ||
			    g->effect == VERDICT_ENCRYPT;

		if (!goes_on(g))
			continue;
		if (must != sealed || g->effect == VERDICT_REFUSE ||
		    g->effect == VERDICT_DEFER)
			return false;
		getting += g->count;
	}
	return getting > 0;
}

static bool
was_asked(const struct seal_request *asked, const char *address)
{
	for (size_t i = 0; i < asked->count; i++)
		if (strcmp(asked->rcpts[i], address) == 0)
			return true;
	return false;
}

static bool
group_was_asked(const struct group *g, const struct envelope *e,
    const struct seal_request *asked)
{
	for (size_t i = 0; i < g->count; i++)
		if (!was_asked(asked, e->rcpts[g->rcpts[i]].address))
			return false;
	return true;
}

static struct proof *
proof_new(struct seal_answer *seal)
{
	struct proof *proof = calloc(1, sizeof *proof);

	if (proof != NULL)
		proof->seal = seal;
	return proof;
}

struct proof *
proof_clear(const struct plan *plan)
{
	return all_get_it(plan, false) ? proof_new(NULL) : NULL;
}

struct proof *
proof_sealed(const struct plan *plan, const struct envelope *e,
    const struct seal_request *asked, struct seal_answer **answer)
{
	struct proof *proof;

	if (!all_get_it(plan, true) || *answer == NULL || !(*answer)->sealed ||
	    (*answer)->fd == -1)
		return NULL;
	for (size_t i = 0; i < plan->count; i++)
		if (goes_on(&plan->groups[i]) &&
		    !group_was_asked(&plan->groups[i], e, asked))
			return NULL;
	proof = proof_new(*answer);
	if (proof != NULL)
		*answer = NULL;
	return proof;
}

const struct seal_answer *
proof_seal(const struct proof *proof)
{
	return proof->seal;
}

void
proof_free(struct proof **proof)
{
	if (*proof == NULL)
		return;
	seal_answer_free(&(*proof)->seal);
	free(*proof);
	*proof = NULL;
}
