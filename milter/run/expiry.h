/* SPDX-License-Identifier: ISC */
#ifndef SKM_RUN_EXPIRY_H
#define SKM_RUN_EXPIRY_H

#include <stdint.h>

#include "milter/base/conf.h"

/*
 * The daily round over the keys of those we write to: key.expiring is recorded
 * 60, 30, 14, 7 and 1 days before the one in use ends, once each.
 */

/* The warning that a key ending at ends owes at now, when the round before was
 * at last (seconds since 1970; last 0: there was none): 60, 30, 14, 7 or 1, or
 * 0 when it has been given. Of several only the most urgent is due. */
int expiry_due(int64_t ends, int64_t last, int64_t now);

/* One round, in a process of its own. The time of the last one is kept in
 * journal_dir/expiry. Returns an exit status; it logs. */
int expiry_round(const struct conf *conf);

#endif
