/* SPDX-License-Identifier: ISC */
#ifndef SKM_ACT_COPIES_H
#define SKM_ACT_COPIES_H

#include "certs/seal.h"
#include "milter/act/act.h"
#include "milter/act/proof.h"

/*
 * The message as its recipients get it. Where all of them get the same, the
 * MTA's own message becomes that one copy. Where some get it sealed and others
 * not, or by another method, or must not learn of each other, each copy is a
 * message of its own in the spool, and the MTA's is given up.
 */
struct copy {
	const struct seal_copy *seal; /* NULL: in clear */
	bool outside; /* for outside recipients only, who are kept apart */
	size_t *rcpts; /* numbers into envelope->rcpts */
	size_t count;
	struct proof *proof; /* that just these may get just this */
};

struct copies {
	struct copy *list;
	size_t count; /* 0: not made yet, or nobody gets it */
};

/* What copies are made of; all of it must outlive them. */
struct copies_source {
	const struct plan *plan;
	const struct envelope *e;
	const struct seal_request *asked;
	const struct seal_answer *seal; /* for asked; NULL: nobody must get it
					 * sealed */
	bool apart; /* nobody outside shares a copy with somebody inside */
};

/*
 * Makes the copies for all whom the plan gives the message. 0 when everyone
 * has just one copy and a proof for it; else -1 and why, and there are none.
 * copies_free() frees.
 */
int copies_make(struct copies *copies, const struct copies_source *from,
    struct reason *why);

/*
 * Makes the copy of a plan in which all that get the message get it sanitised;
 * *copy (a memfd) is taken over when it returns 0. -1 as well when some must be
 * kept apart: there is one copy only.
 */
int copies_sanitised(struct copies *copies, const struct copies_source *from,
    int *copy, struct reason *why);
void copies_free(struct copies *copies);

#endif
