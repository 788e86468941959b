/* SPDX-License-Identifier: ISC */
#ifndef SKM_CERTS_NAMED_H
#define SKM_CERTS_NAMED_H

#include <stdbool.h>

#include "milter/base/reason.h"

/*
 * Is a recipient named in the message, or one that the others must not learn
 * of (Bcc, an alias, a list)?
 *
 * The address must stand as it is in a To, Cc, Resent-To or Resent-Cc field.
 * One that is written in a way of its own there (quoted, commented) counts as
 * not named: that costs a copy and tells nobody anything.
 */
struct named;

/* Reads the header of the message; NULL and why. named_close() frees. */
struct named *named_open(int message, struct reason *why);

/* Is the address (domain in lower case) named? */
bool named_has(const struct named *n, const char *address);

/* Frees *n and sets it to NULL. */
void named_close(struct named **n);

#endif
