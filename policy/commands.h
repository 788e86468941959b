/* SPDX-License-Identifier: ISC */
#ifndef SKM_POLICY_COMMANDS_H
#define SKM_POLICY_COMMANDS_H

#include "milter/base/conf.h"

/* Verbs of sekimorictl about policies; see milter/base/command.h. */

/*
 * policy check [FILE] [--json]: reads the file (else the setting policy_file)
 * and prints that it is well, or what is wrong with it and where.
 */
int command_policy_check(const struct conf *conf, int argc, char **argv);

#endif
