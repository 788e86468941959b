/* SPDX-License-Identifier: ISC */
#ifndef SKM_RECORD_REPORT_COMMANDS_H
#define SKM_RECORD_REPORT_COMMANDS_H

#include "milter/base/conf.h"

/*
 * The verb `report` of sekimorictl, with the signature of struct command.
 */

/*
 * report --fiscal-year N [--lang ja|en] [--format html|csv|json]
 * [--as-of DATE] [--system ID] [--draft]: writes the annual report to standard
 * output and records that it was made. From a journal with faults only a draft
 * is made, which says so.
 */
int command_report(const struct conf *conf, int argc, char **argv);

#endif
