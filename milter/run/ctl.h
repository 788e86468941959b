/* SPDX-License-Identifier: ISC */
#ifndef SKM_RUN_CTL_H
#define SKM_RUN_CTL_H

#include "milter/base/conf.h"

/*
 * The verbs of sekimorictl that belong to no other folder. Each has the shape
 * of struct command.run (milter/base/command.h).
 */

/* The settings file in force, or NULL when there is none (defaults). */
extern const char *ctl_file;

/* scan [--direction D] [--client-ip IP] [--helo NAME] [--from ADDR]
 * [--rcpt ADDR]... [--offline] [--json] FILE...|DIR|- */
int ctl_scan(const struct conf *conf, int argc, char **argv);

/* selftest [--json]: the real path with harmless test mail. */
int ctl_selftest(const struct conf *conf, int argc, char **argv);

/* doctor [--postfix FOLDER] [--sendmail FILE] [--json] */
int ctl_doctor(const struct conf *conf, int argc, char **argv);

/* config check [FILE], config show */
int ctl_config_check(const struct conf *conf, int argc, char **argv);
int ctl_config_show(const struct conf *conf, int argc, char **argv);

/* certs import, approve, revoke: what changes the store and is recorded */
int ctl_certs(const struct conf *conf, int argc, char **argv);

/* policy explain ID [--lang ja|en] [--json] */
int ctl_policy_explain(const struct conf *conf, int argc, char **argv);

#endif
