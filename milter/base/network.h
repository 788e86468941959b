/* SPDX-License-Identifier: ISC */
#ifndef SKM_BASE_NETWORK_H
#define SKM_BASE_NETWORK_H

#include <netinet/in.h>
#include <stdbool.h>

#include "milter/base/reason.h"

/* An IPv4 or IPv6 network; IPv4 is kept as ::ffff:a.b.c.d. */
struct network {
	struct in6_addr address;
	int bits; /* of 128 */
};

/* Reads "192.0.2.0/24", "2001:db8::/32" or a plain address. */
int network_parse(struct network *n, const char *s, struct reason *why);

/* Is the address (text, as the MTA gave it) in the network? */
bool network_has(const struct network *n, const char *address);

#endif
