/* SPDX-License-Identifier: ISC */
#ifndef SKM_ACT_PROOF_H
#define SKM_ACT_PROOF_H

#include "certs/seal.h"
#include "milter/act/act.h"

/*
 * The proof that a message may go on to some recipients. Only the functions
 * that hold one let a message go on, and only the one below makes one: so
 * there is no way from "must be encrypted" to clear text, whatever else goes
 * wrong.
 */
struct proof;

/*
 * That just these recipients (count numbers into e->rcpts) may get the message
 * in clear (seal NULL), or sealed as it was for asked; else NULL. It holds when
 * the plan gives each of them the message, in clear or sealed as said, and a
 * sealed copy was made for every one of them. Freed by proof_free().
 */
struct proof *proof_of(const struct plan *plan, const struct envelope *e,
    const struct seal_request *asked, const struct seal_copy *seal,
    const size_t *rcpts, size_t count);

/* What must stand in the message's place; NULL: it goes on as it is. */
const struct seal_copy *proof_seal(const struct proof *proof);

/* Frees *proof and sets it to NULL. */
void proof_free(struct proof **proof);

#endif
