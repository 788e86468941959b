/* SPDX-License-Identifier: ISC */
#ifndef SKM_CERTS_COMMAND_EXEC_H
#define SKM_CERTS_COMMAND_EXEC_H

#include "milter/base/conf.h"

/*
 * The `certs` verbs of sekimorictl; see struct command. Keys are hostile input
 * and their libraries large, so the verbs run in the seal program
 * (`seal --certs [-c FILE] VERB ...`), which takes the place of this process.
 */

/* certs VERB ...; argv[0] is the verb (certs/commands.h). */
int command_certs(const struct conf *conf, int argc, char **argv);

#endif
