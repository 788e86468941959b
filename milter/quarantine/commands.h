/* SPDX-License-Identifier: ISC */
#ifndef SKM_QUARANTINE_COMMANDS_H
#define SKM_QUARANTINE_COMMANDS_H

#include "milter/base/conf.h"

/*
 * The verbs of sekimorictl that look at held mail; see struct command for how
 * they are called and what they return. What is printed is made safe for a
 * terminal; the bytes of a message never go to one.
 */

/* quarantine list: held mail, newest first, by filters. */
int command_quarantine_list(const struct conf *conf, int argc, char **argv);

/* quarantine show: the meta of one, its facts explained in both languages.
 * Records quarantine.view; shows nothing when that cannot be recorded. */
int command_quarantine_show(const struct conf *conf, int argc, char **argv);

/* quarantine export: the original bytes to standard output, if that is a file
 * or pipe. Needs a reason and records quarantine.export first. */
int command_quarantine_export(const struct conf *conf, int argc, char **argv);

#endif
