/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "milter/act/copies.h"
#include "milter/base/banned.h"

static bool
goes_on(const struct group *g)
{
	return g->effect == VERDICT_DELIVER || g->effect == VERDICT_TAG ||
	       g->effect == VERDICT_ENCRYPT;
}

static int
add(struct copy *copy, size_t rcpt, size_t room)
{
	if (copy->rcpts == NULL)
		copy->rcpts = calloc(room, sizeof *copy->rcpts);
	if (copy->rcpts == NULL || copy->count == room)
		return -1;
	copy->rcpts[copy->count++] = rcpt;
	return 0;
}

static bool
is_sealed_for(const struct seal_copy *seal, const struct seal_request *asked,
    const char *address)
{
	for (size_t i = 0; i < seal->count; i++)
		if (strcmp(asked->rcpts[seal->rcpts[i]], address) == 0)
			return true;
	return false;
}

/* The copy that was made for the address; NULL: none. */
static struct copy *
sealed_copy(struct copies *copies, const struct seal_request *asked,
    const char *address)
{
	for (size_t i = 0; i < copies->count; i++)
		if (copies->list[i].seal != NULL &&
		    is_sealed_for(copies->list[i].seal, asked, address))
			return &copies->list[i];
	return NULL;
}

static struct copy *
clear_copy(struct copies *copies)
{
	struct copy *last = &copies->list[copies->count];

	if (copies->count > 0 && copies->list[copies->count - 1].seal == NULL)
		return last - 1;
	copies->count++;
	return last;
}

static int
add_group(struct copies *copies, const struct group *g,
    const struct envelope *e, const struct seal_request *asked)
{
	for (size_t i = 0; i < g->count; i++) {
		const char *address = e->rcpts[g->rcpts[i]].address;
		struct copy *copy = g->effect == VERDICT_ENCRYPT
					? sealed_copy(copies, asked, address)
					: clear_copy(copies);

		if (copy == NULL ||
		    add(copy, g->rcpts[i], e->rcpts_count) == -1)
			return -1;
	}
	return 0;
}

static int
fill(struct copies *copies, const struct plan *plan, const struct envelope *e,
    const struct seal_request *asked, const struct seal_answer *seal)
{
	for (size_t i = 0; seal != NULL && i < seal->copies_count; i++)
		copies->list[copies->count++].seal = &seal->copies[i];
	/* The clear copy comes last, whatever the order of the groups. */
	for (size_t i = 0; i < plan->count; i++)
		if (plan->groups[i].effect == VERDICT_ENCRYPT &&
		    add_group(copies, &plan->groups[i], e, asked) == -1)
			return -1;
	for (size_t i = 0; i < plan->count; i++)
		if (goes_on(&plan->groups[i]) &&
		    plan->groups[i].effect != VERDICT_ENCRYPT &&
		    add_group(copies, &plan->groups[i], e, asked) == -1)
			return -1;
	return 0;
}

static int
prove(struct copies *copies, const struct plan *plan, const struct envelope *e,
    const struct seal_request *asked)
{
	for (size_t i = 0; i < copies->count; i++) {
		struct copy *copy = &copies->list[i];

		copy->proof = proof_of(plan, e, asked, copy->seal, copy->rcpts,
		    copy->count);
		if (copy->proof == NULL)
			return -1;
	}
	return 0;
}

int
copies_make(struct copies *copies, const struct plan *plan,
    const struct envelope *e, const struct seal_request *asked,
    const struct seal_answer *seal, struct reason *why)
{
	copies->count = 0;
	copies->list = calloc(SEAL_COPIES + 1, sizeof *copies->list);
	if (copies->list != NULL && fill(copies, plan, e, asked, seal) == 0 &&
	    prove(copies, plan, e, asked) == 0)
		return 0;
	copies_free(copies);
	return reason_set(why, "what was sealed is not what the plan needs");
}

void
copies_free(struct copies *copies)
{
	for (size_t i = 0; i < copies->count; i++) {
		proof_free(&copies->list[i].proof);
		free(copies->list[i].rcpts);
	}
	free(copies->list);
	copies->list = NULL;
	copies->count = 0;
}
