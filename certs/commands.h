/* SPDX-License-Identifier: ISC */
#ifndef SKM_CERTS_COMMANDS_H
#define SKM_CERTS_COMMANDS_H

#include "milter/base/conf.h"

/*
 * The far end of `sekimorictl certs`, in the seal program:
 *
 *	list [--json]                  every address and what can be used
 *	check ADDRESS [--json]         one address
 *	import FILE [--address A] [--json]  checks FILE and puts it in the store
 *
 * argv[0] is the verb; temp is an empty folder that gpg may fill. Returns an exit status (milter/base/command.h). check
 * is COMMAND_FAILED when nothing can be used for the address.
 */
int
certs_main(const struct conf *conf, const char *temp, int argc, char **argv);

#endif
