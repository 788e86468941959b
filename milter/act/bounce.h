/* SPDX-License-Identifier: ISC */
#ifndef SKM_ACT_BOUNCE_H
#define SKM_ACT_BOUNCE_H

#include <jansson.h>

#include "milter/base/conf.h"
#include "milter/quarantine/spool.h"

/*
 * Tells the sender of a message in the spool that copy number n could not be
 * sent, by a report (RFC 3464) in Japanese and English with the header of the
 * copy and without its text. 0: it is in the spool, or there is nobody to tell
 * (null reverse-path); -1 and why.
 */
int bounce_copy(const struct conf *conf, struct spool *spool, const char *id,
    size_t n, const json_t *meta, const char *said, struct reason *why);

#endif
