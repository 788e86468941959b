/* SPDX-License-Identifier: ISC */
#ifndef SKM_CERTS_COMMANDS_H
#define SKM_CERTS_COMMANDS_H

#include "milter/base/conf.h"

/*
 * The far end of `sekimorictl certs`, in the seal program:
 *
 *	list [--json]                  every key and whether it can be used
 *	check ADDRESS [--json]         what mail to it would be encrypted with
 *	import FILE|DIR... [--address A] [--password-file F] [--own] [--json]
 *	                               checks what is in them and takes it
 *	pending [--json]               what waits for approval
 *	approve ID --reason TEXT       one that waits is used from now on
 *	revoke ADDRESS|ID --reason TEXT  never used again
 *	expiring [--days N] [--json]   keys in use that end soon
 *
 * argv[0] is the verb; --by NAME says who typed it; temp is an empty folder
 * that gpg may fill. Returns an exit status (milter/base/command.h). check is
 * COMMAND_FAILED when nothing can be used for the address, import when
 * anything was refused or nothing found, expiring when there are some.
 */
int
certs_main(const struct conf *conf, const char *temp, int argc, char **argv);

#endif
