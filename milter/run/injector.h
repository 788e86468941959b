/* SPDX-License-Identifier: ISC */
#ifndef SKM_RUN_INJECTOR_H
#define SKM_RUN_INJECTOR_H

#include "milter/base/reason.h"

/*
 * The thread of the front that sends what is in the spool: at once when a
 * message was put there, and again when its time has come. What a rule that
 * says hold made wait is sent on by it too.
 */

/* Starts it; gate.spool is open. -1 and why. */
int injector_start(struct reason *why);

/* A message was committed to the spool. */
void injector_wake(void);

/* Ends it behind the copy that it is sending. */
void injector_stop(void);

#endif
