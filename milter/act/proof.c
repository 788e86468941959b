/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "milter/act/proof.h"
#include "milter/base/banned.h"

struct proof {
	const struct seal_copy *seal;
	int copy; /* sanitised; -1: none */
};

static const struct group *
group_of(const struct plan *plan, size_t rcpt)
{
	for (size_t i = 0; i < plan->count; i++)
		for (size_t j = 0; j < plan->groups[i].count; j++)
			if (plan->groups[i].rcpts[j] == rcpt)
				return &plan->groups[i];
	return NULL;
}

/* Both what the policy said and what became of it must agree. */
static bool
may_get_clear(const struct group *g)
{
	return (g->verdict.kind == VERDICT_DELIVER ||
		   g->verdict.kind == VERDICT_TAG) &&
	       (g->effect == VERDICT_DELIVER || g->effect == VERDICT_TAG);
}

static bool
may_get_sanitised(const struct group *g)
{
	return g->verdict.kind <= VERDICT_SANITISE &&
	       g->effect == VERDICT_SANITISE;
}

static bool
may_get_sealed(const struct group *g)
{
	return g->verdict.kind == VERDICT_ENCRYPT &&
	       g->effect == VERDICT_ENCRYPT;
}

static bool
was_sealed_for(const struct seal_copy *seal, const struct seal_request *asked,
    const char *address)
{
	for (size_t i = 0; i < seal->count; i++)
		if (seal->rcpts[i] < asked->count &&
		    strcmp(asked->rcpts[seal->rcpts[i]], address) == 0)
			return true;
	return false;
}

static bool
holds_for(const struct plan *plan, const struct envelope *e,
    const struct seal_request *asked, const struct seal_copy *seal, size_t rcpt)
{
	const struct group *g = group_of(plan, rcpt);

	if (g == NULL || rcpt >= e->rcpts_count)
		return false;
	if (seal == NULL)
		return may_get_clear(g);
	return may_get_sealed(g) &&
	       was_sealed_for(seal, asked, e->rcpts[rcpt].address);
}

static struct proof *
proof_new(const struct seal_copy *seal, int copy)
{
	struct proof *proof = calloc(1, sizeof *proof);

	if (proof != NULL)
		*proof = (struct proof){ seal, copy };
	return proof;
}

struct proof *
proof_of(const struct plan *plan, const struct envelope *e,
    const struct seal_request *asked, const struct seal_copy *seal,
    const size_t *rcpts, size_t count)
{
	if (count == 0 || (seal != NULL && !seal_copy_complete(seal)))
		return NULL;
	for (size_t i = 0; i < count; i++)
		if (!holds_for(plan, e, asked, seal, rcpts[i]))
			return NULL;
	return proof_new(seal, -1);
}

struct proof *
proof_sanitised(const struct plan *plan, int *copy, const size_t *rcpts,
    size_t count)
{
	struct proof *proof;

	if (count == 0 || *copy == -1)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		const struct group *g = group_of(plan, rcpts[i]);

		if (g == NULL || !may_get_sanitised(g))
			return NULL;
	}
	proof = proof_new(NULL, *copy);
	if (proof != NULL)
		*copy = -1;
	return proof;
}

const struct seal_copy *
proof_seal(const struct proof *proof)
{
	return proof->seal;
}

int
proof_copy(const struct proof *proof)
{
	return proof->copy;
}

void
proof_free(struct proof **proof)
{
	if (*proof != NULL && (*proof)->copy != -1)
		close((*proof)->copy);
	free(*proof);
	*proof = NULL;
}
