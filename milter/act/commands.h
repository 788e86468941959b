/* SPDX-License-Identifier: ISC */
#ifndef SKM_ACT_COMMANDS_H
#define SKM_ACT_COMMANDS_H

#include "milter/base/conf.h"

/*
 * Verbs of sekimorictl that act on held mail; see struct command. They need a
 * reason, because every one of them is an event.
 */

/* quarantine release ID... --reason TEXT [--json] */
int command_release(const struct conf *conf, int argc, char **argv);

/* quarantine discard ID... --reason TEXT [--json] */
int command_discard(const struct conf *conf, int argc, char **argv);

/* hold list [--json] */
int command_hold_list(const struct conf *conf, int argc, char **argv);

/* hold now ID... --reason TEXT [--json] */
int command_hold_now(const struct conf *conf, int argc, char **argv);

/* hold cancel ID... --reason TEXT [--json] */
int command_hold_cancel(const struct conf *conf, int argc, char **argv);

#endif
