/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_FLATE_H
#define SKM_MAIL_FLATE_H

#include <stdbool.h>

#include "milter/base/buf.h"
#include "milter/mail/span.h"

/* What became of packed bytes. Whatever came out before a fault is kept: so
 * readers do. */
enum flate { FLATE_WHOLE, FLATE_FAULT, FLATE_LIMIT };

/* Unpacks zlib's format (RFC 1950), or bare deflate (RFC 1951), to the end of
 * out, up to its limit. */
enum flate flate_unpack(struct span in, bool bare, struct buf *out);

#endif
