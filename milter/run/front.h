/* SPDX-License-Identifier: ISC */
#ifndef SKM_RUN_FRONT_H
#define SKM_RUN_FRONT_H

#include "milter/base/conf.h"
#include "milter/base/reason.h"

/*
 * The front: the process that talks to the MTA. It runs as the filter's user,
 * parses nothing of a message but what libmilter gives it, and is told what to
 * do by its supervisor over one socket, a letter a word:
 *
 *	'r' read settings and policy again   's' stop: finish, then end
 */

/*
 * Opens journal and quarantine, becomes the filter's user, and serves until it
 * is told to stop. file is the settings file. Returns the exit status.
 */
int front_main(const char *file, int control);

#endif
