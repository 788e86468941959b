/* SPDX-License-Identifier: ISC */
#ifndef SKM_RECORD_REPORT_COMMANDS_H
#define SKM_RECORD_REPORT_COMMANDS_H

#include "milter/base/conf.h"

/*
 * The verb `report` of sekimorictl, with the signature of struct command.
 */

/*
 * report --fiscal-year N [--lang ja|en] [--format html|csv|json]
 * [--as-of DATE] [--system ID] [--out FILE] [--draft]: writes the annual
 * report and records that it was made. COMMAND_FAILED when the journal has
 * faults (the report says so) unless it is a draft.
 */
int command_report(const struct conf *conf, int argc, char **argv);

#endif
