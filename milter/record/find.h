/* SPDX-License-Identifier: ISC */
#ifndef SKM_RECORD_FIND_H
#define SKM_RECORD_FIND_H

#include <jansson.h>

#include "milter/base/conf.h"
#include "milter/base/reason.h"

/*
 * Finds in the journal what was decided about one message.
 */

/*
 * The mail.verdict events (one a recipient group, in order) of the message
 * that id names: our ID, the identifier of held mail, or the MTA's queue ID;
 * the MTA uses that again, so it means the last message that had it. New
 * reference to an array that is not empty, or NULL and why.
 */
json_t *
find_verdicts(const struct conf *conf, const char *id, struct reason *why);

#endif
