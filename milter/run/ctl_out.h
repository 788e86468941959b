/* SPDX-License-Identifier: ISC */
#ifndef SKM_RUN_CTL_OUT_H
#define SKM_RUN_CTL_OUT_H

/*
 * --out FILE of a verb that becomes the filter's user: the file is the
 * caller's, in a folder where the filter may not write.
 */

/*
 * Runs verb in a process of its own, whose standard output becomes the file at
 * path (mode 0600) when it returns COMMAND_OK; what stood there before is
 * replaced in one step, and stays otherwise. The verb's status.
 */
int ctl_out(const char *path, int (*verb)(void *context), void *context);

#endif
