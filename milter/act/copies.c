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

static const struct seal_copy *
seal_for(const struct seal_answer *seal, const struct seal_request *asked,
    const char *address)
{
	for (size_t i = 0; seal != NULL && i < seal->copies_count; i++)
		for (size_t j = 0; j < seal->copies[i].count; j++)
			if (strcmp(asked->rcpts[seal->copies[i].rcpts[j]],
				address) == 0)
				return &seal->copies[i];
	return NULL;
}

/* The copy for those who get this; a new one when there is none yet. */
static struct copy *
copy_for(struct copies *copies, const struct seal_copy *seal, bool outside)
{
	struct copy *copy = copies->list;

	for (; copy < copies->list + copies->count; copy++)
		if (copy->seal == seal && copy->outside == outside)
			return copy;
	copies->count++;
	copy->seal = seal;
	copy->outside = outside;
	return copy;
}

static int
add_group(struct copies *copies, const struct group *g,
    const struct copies_source *from)
{
	for (size_t i = 0; i < g->count; i++) {
		const struct recipient *r = &from->e->rcpts[g->rcpts[i]];
		bool outside =
		    from->apart && r->direction == DIRECTION_OUTBOUND;
		const struct seal_copy *seal = NULL;

		if (g->effect == VERDICT_ENCRYPT) {
			seal = seal_for(from->seal, from->asked, r->address);
			if (seal == NULL)
				return -1;
		}
		if (add(copy_for(copies, seal, outside), g->rcpts[i],
			from->e->rcpts_count) == -1)
			return -1;
	}
	return 0;
}

static int
fill(struct copies *copies, const struct copies_source *from)
{
	for (size_t i = 0; i < from->plan->count; i++)
		if (goes_on(&from->plan->groups[i]) &&
		    add_group(copies, &from->plan->groups[i], from) == -1)
			return -1;
	return 0;
}

static int
prove(struct copies *copies, const struct copies_source *from)
{
	for (size_t i = 0; i < copies->count; i++) {
		struct copy *copy = &copies->list[i];

		copy->proof = proof_of(from->plan, from->e, from->asked,
		    copy->seal, copy->rcpts, copy->count);
		if (copy->proof == NULL)
			return -1;
	}
	return 0;
}

int
copies_make(struct copies *copies, const struct copies_source *from,
    struct reason *why)
{
	/* Each sealed one inside and outside, and the clear ones. */
	enum { MOST = 2 * SEAL_COPIES + 2 };

	copies->count = 0;
	copies->list = calloc(MOST, sizeof *copies->list);
	if (copies->list != NULL && fill(copies, from) == 0 &&
	    prove(copies, from) == 0)
		return 0;
	copies_free(copies);
	return reason_set(why, "what was sealed is not what the plan needs");
}

static int
fill_sanitised(struct copies *copies, const struct copies_source *from)
{
	for (size_t i = 0; i < from->plan->count; i++)
		if (from->plan->groups[i].effect == VERDICT_SANITISE &&
		    add_group(copies, &from->plan->groups[i], from) == -1)
			return -1;
	return 0;
}

int
copies_sanitised(struct copies *copies, const struct copies_source *from,
    int *copy, struct reason *why)
{
	/* One inside, one outside: add_group() makes no other. */
	copies->count = 0;
	copies->list = calloc(2, sizeof *copies->list);
	if (copies->list != NULL && fill_sanitised(copies, from) == 0 &&
	    copies->count == 1) {
		struct copy *only = copies->list;

		only->proof =
		    proof_sanitised(from->plan, copy, only->rcpts, only->count);
		if (only->proof != NULL)
			return 0;
	}
	copies_free(copies);
	return reason_set(why, "no proof that one copy may go to all");
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
