/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_ENCODED_H
#define SKM_MAIL_ENCODED_H

#include "milter/base/buf.h"
#include "milter/mail/span.h"

/*
 * Bytes that a text spells out, as scripts carry files: base64 (plain and
 * URL-safe, also cut into strings that are joined or listed), hex, lists of
 * character codes and escapes (\x4d, %4d, \u004d, &#77;). No script is run.
 */
enum { ENCODED_LEAST = 40 }; /* characters; shorter ones hold no file */

/*
 * Finds the next run in *rest, which moves behind it; its bytes replace what
 * is in out, or the first of them when out is full. False when there is no
 * more. Linear in the text over all calls.
 */
bool encoded_next(struct span *rest, struct buf *out);

/* Decodes s into out when all of s is one run; else false. */
bool encoded_whole(struct span s, struct buf *out);

#endif
