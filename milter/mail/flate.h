/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_FLATE_H
#define SKM_MAIL_FLATE_H

#include "milter/base/buf.h"
#include "milter/mail/span.h"

/*
 * Adds to out what in (RFC 1950) unpacks to, up to its first fault. False when
 * out is full before the end.
 */
bool flate_unpack(struct span in, struct buf *out);

#endif
