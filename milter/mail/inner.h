/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_INNER_H
#define SKM_MAIL_INNER_H

#include "milter/base/buf.h"
#include "milter/mail/span.h"

/*
 * Pages and scripts that stand in an attribute of a page, written out: data:
 * URIs (RFC 2397) of a type that a browser runs, and srcdoc. Those in base64
 * are found by encoded_next().
 *
 * Finds the next in *rest, which moves behind it; its text, with percent signs
 * and character references decoded, replaces what is in out, or the first of it
 * when out is full. False when there is no more. Linear over all calls.
 */
bool inner_next(struct span *rest, struct buf *out);

#endif
