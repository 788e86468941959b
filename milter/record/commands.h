/* SPDX-License-Identifier: ISC */
#ifndef SKM_RECORD_COMMANDS_H
#define SKM_RECORD_COMMANDS_H

#include "milter/base/conf.h"

/*
 * The verbs of sekimorictl about the journal; see struct command for how they
 * are called and what they return.
 */

/* log show: events by time, type, queue ID and ID; a line each. */
int command_log_show(const struct conf *conf, int argc, char **argv);

/* log verify: chain and seals; records log.verify. 1 when there is a fault. */
int command_log_verify(const struct conf *conf, int argc, char **argv);

/* log seal: seals the journal now. */
int command_log_seal(const struct conf *conf, int argc, char **argv);

#endif
