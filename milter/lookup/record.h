/* SPDX-License-Identifier: ISC */
#ifndef SKM_LOOKUP_RECORD_H
#define SKM_LOOKUP_RECORD_H

#include "milter/base/buf.h"
#include "milter/base/reason.h"

/*
 * An SPF record read by the grammar of RFC 7208 12 and written anew for
 * libspf2, which is lax where an attacker likes it (empty domains, repeated
 * modifiers, wrong macros) and stumbles over what is right (a modifier between
 * mechanisms). What libspf2 parses was therefore written by us.
 */
enum {
	RECORD_BYTES = 1024, /* no honest record is longer */
	RECORD_MACROS = 20 /* libspf2 1.2.10 dies of 127 in 5 KB */
};

/*
 * Reads the record (len bytes, beginning with "v=spf1") and adds it to out:
 * the mechanisms in order, then redirect unless there is an "all"; exp and
 * unknown modifiers are checked and left out. 0, or -1 and the fault.
 */
int record_rewrite(const char *text, size_t len, struct buf *out,
    struct reason *why);

#endif
