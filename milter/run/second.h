/* SPDX-License-Identifier: ISC */
#ifndef SKM_RUN_SECOND_H
#define SKM_RUN_SECOND_H

#include "milter/base/reason.h"

/*
 * The second look at mail that is held because it is encrypted, when a mail of
 * the same sender comes that speaks of a password.
 *
 * In a thread of its own, after the MTA got its answer: scan is asked again
 * with that mail beside the held one. What opens is judged by the policy in
 * force: mail that would have been delivered is released, with the event and
 * the reason that a release always has, and other mail stays held under what
 * was found now. What does not open stays as it is.
 */

/* Starts the thread. Once a process, before the first connection. */
int second_start(struct reason *why);

/* Asks for a look with this companion (a memfd, duplicated) of sender. When
 * more wait than are kept, the oldest is dropped and logged. */
void second_look(const char *sender, int companion);

/* Ends the thread; it finishes the held mail that it looks at, and no more. */
void second_stop(void);

#endif
