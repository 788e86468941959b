/* SPDX-License-Identifier: ISC */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "milter/base/network.h"
#include "milter/base/banned.h"

/* Reads an address of either kind. The bits of a whole one: 32, 128; or -1. */
static int
address_parse(struct in6_addr *address, const char *s)
{
	static const uint8_t mapped[12] = { [10] = 0xFF, [11] = 0xFF };
	struct in_addr four;

	if (inet_pton(AF_INET, s, &four) == 1) {
		memcpy(address->s6_addr, mapped, sizeof mapped);
		memcpy(address->s6_addr + 12, &four, sizeof four);
		return 32;
	}
	/* Postfix writes IPv6 addresses as "IPv6:2001:db8::1". */
	if (strncasecmp(s, "IPv6:", 5) == 0)
		s += 5;
	return inet_pton(AF_INET6, s, address) == 1 ? 128 : -1;
}

static int
bits_parse(const char *s, int most)
{
	char *end;

	if (*s < '0' || *s > '9')
		return -1;
	long bits = strtol(s, &end, 10);
	return *end != '\0' || bits > most ? -1 : (int)bits;
}

int
network_parse(struct network *n, const char *s, struct reason *why)
{
	char address[INET6_ADDRSTRLEN + 8];
	size_t len = strcspn(s, "/");

	if (len >= sizeof address)
		return reason_set(why, "\"%.80s\" is not an IP network", s);
	memcpy(address, s, len);
	address[len] = '\0';
	int whole = address_parse(&n->address, address);
	int bits = s[len] == '/' ? bits_parse(s + len + 1, whole) : whole;
	if (whole == -1 || bits == -1)
		return reason_set(why,
		    "\"%.80s\" is not an IP network (such as 192.0.2.0/24 or "
		    "2001:db8::/32)",
		    s);
	n->bits = 128 - whole + bits;
	return 0;
}

bool
network_has(const struct network *n, const char *address)
{
	struct in6_addr a;

	if (address_parse(&a, address) == -1)
		return false;
	size_t whole = (size_t)n->bits / 8;
	int rest = n->bits % 8;
	if (memcmp(a.s6_addr, n->address.s6_addr, whole) != 0)
		return false;
	if (rest == 0)
		return true;
	return ((a.s6_addr[whole] ^ n->address.s6_addr[whole]) >> (8 - rest)) ==
	       0;
}
