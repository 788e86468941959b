/* SPDX-License-Identifier: ISC */
#ifndef SKM_RECORD_RECOVER_H
#define SKM_RECORD_RECOVER_H

#include "milter/base/reason.h"
#include "milter/record/chain.h"

/*
 * Repairs what a crash, a power cut or a meddling hand left at the end of the
 * journal. c is locked and c->head is what the head file says.
 */

/* Makes c->head agree with the file it names. */
int recover_tail(struct chain *c, struct reason *why);

/* The head file is lost or damaged: makes c->head from the last file. */
int recover_head(struct chain *c, struct reason *why);

#endif
