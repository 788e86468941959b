/* SPDX-License-Identifier: ISC */
#ifndef SKM_RUN_SUPERVISOR_H
#define SKM_RUN_SUPERVISOR_H

#include "milter/base/reason.h"
#include "milter/run/site.h"

/*
 * The supervisor: one thread, no mail. It starts the front and the servers,
 * replaces what dies, takes up new signatures and settings, and seals the
 * journal with a key that the front cannot read.
 *
 * SIGHUP: settings and policy are read again; bad ones are refused with file
 * and line and the old ones stay. SIGTERM, SIGINT: what has begun is finished.
 */

/* Makes the folders that the settings name, owned by who needs them. */
int supervisor_folders(const struct conf *conf, struct reason *why);

/* Runs until it is told to stop; steals site. The exit status. */
int supervisor_run(const char *file, struct site *site);

#endif
