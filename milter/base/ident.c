/* SPDX-License-Identifier: ISC */
#include <stdint.h>
#include <string.h>

#include "milter/base/clock.h"
#include "milter/base/hash.h"
#include "milter/base/ident.h"
#include "milter/base/banned.h"

/* Crockford: no I, L, O, U, so that what is read out is written down right. */
static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

void
ident_new(char id[IDENT_SIZE])
{
	uint64_t ms = (uint64_t)(clock_now() / 1000);
	uint8_t random[16];

	hash_random(random, sizeof random);
	for (int i = 9; i >= 0; i--) {
		id[i] = digits[ms & 31];
		ms >>= 5;
	}
	for (int i = 0; i < 16; i++)
		id[10 + i] = digits[random[i] & 31];
	id[IDENT_SIZE - 1] = '\0';
}

bool
ident_valid(const char *s)
{
	/* 48 bits in ten digits: the first one is at most 7. */
	return strlen(s) == IDENT_SIZE - 1 && s[0] <= '7' &&
	       strspn(s, digits) == IDENT_SIZE - 1;
}
