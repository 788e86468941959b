/* SPDX-License-Identifier: ISC */
#ifndef SKM_ACT_PROOF_H
#define SKM_ACT_PROOF_H

#include "certs/seal.h"
#include "milter/act/act.h"

/*
 * The proof that a message may go on. Only the function that holds one lets a
 * message go on, and only the two below make one: so there is no way from
 * "must be encrypted" to clear text, whatever else goes wrong.
 */
struct proof;

/* Nobody in the plan must get it encrypted, and somebody gets it; or NULL. */
struct proof *proof_clear(const struct plan *plan);

/*
 * It was sealed, for exactly those who get it, all of whom must get it so; or
 * NULL. *answer is taken over in the first case and untouched in the other.
 */
struct proof *proof_sealed(const struct plan *plan, const struct envelope *e,
    const struct seal_request *asked, struct seal_answer **answer);

/* What must stand in the message's place; NULL: it goes on as it is. */
const struct seal_answer *proof_seal(const struct proof *proof);

/* Frees *proof and the answer it holds, sets *proof to NULL. */
void proof_free(struct proof **proof);

#endif
