/* SPDX-License-Identifier: ISC */
#ifndef SKM_ACT_NOTICE_H
#define SKM_ACT_NOTICE_H

#include "milter/act/carry.h"
#include "milter/base/buf.h"

/*
 * What stands in the place of a part that the act sanitise took out: a text
 * part, in Japanese and English, that names the file, why it went, under which
 * identifiers the original is held, and whom to ask (sanitise_contact).
 */

/* Adds the part for the cut, header and body, in lines that end in CRLF. -1
 * and why when there is no memory for it. */
int notice_add(struct buf *out, const struct carry *c, const struct cut *cut,
    struct reason *why);

#endif
