/* SPDX-License-Identifier: ISC */
#ifndef SKM_POLICY_ADDRESS_H
#define SKM_POLICY_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "milter/base/reason.h"
#include "policy/envelope.h"

/*
 * Addresses of the envelope (RFC 5321 4.1.2) in one form, so that a rule, a
 * setting and an address that mean the same domain compare equal.
 */

/*
 * Reads the path of MAIL or RCPT, "<a@b>" or "a@b": without brackets and
 * source route (RFC 5321 4.1.1.3), printable, the domain as by
 * address_fold(). *domain is where the domain begins in address, its end when
 * there is none. -1 when it does not fit.
 */
int address_read(const char *path, char address[ENVELOPE_ADDRESS],
    size_t *domain, struct reason *why);

/* Where the domain begins in an address without brackets; its end when it has
 * no domain ("postmaster", "\"a@b\""). */
size_t address_domain(const char *address);

/*
 * A domain in lower case and A-labels (RFC 5890), without the dot of the root.
 * What is no valid IDN is kept with its ASCII letters lower-cased. -1 when the
 * result takes more than size bytes.
 */
int address_fold(char *out, size_t size, const char *domain);

/* Is the domain (folded) the pattern, or, when the pattern (folded) begins
 * with a dot, the pattern without it or any domain below? */
bool address_below(const char *domain, const char *pattern);

#endif
