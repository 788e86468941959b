/* SPDX-License-Identifier: ISC */
#ifndef SKM_ACT_PROOF_H
#define SKM_ACT_PROOF_H

#include "certs/seal.h"
#include "milter/act/act.h"

/*
 * The proof that a message may go on to some recipients. Only the functions
 * that hold one let a message go on, and only the two below make one: so
 * there is no way from "must be encrypted" to clear text, and none from "must
 * be sanitised" to the message as it came, whatever else goes wrong.
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

/*
 * That just these recipients may get this copy (a memfd) of the message, out of
 * which parts were taken; else NULL. It holds when the plan has each of them
 * get it so. *copy is taken over in the first case (and is -1 then).
 */
struct proof *proof_sanitised(const struct plan *plan, int *copy,
    const size_t *rcpts, size_t count);

/* What must stand in the message's place; NULL: nothing sealed. */
const struct seal_copy *proof_seal(const struct proof *proof);

/* The copy that must stand in the message's place; -1: none. */
int proof_copy(const struct proof *proof);

/* Frees *proof and the copy it holds, and sets it to NULL. */
void proof_free(struct proof **proof);

#endif
