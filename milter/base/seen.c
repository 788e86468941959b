/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/base/seen.h"
#include "milter/base/banned.h"

/* Open addressing, at most half full. */
struct place {
	uint8_t sha256[HASH_BYTES];
	bool taken;
};

struct seen {
	struct place *places;
	size_t mask, count, most;
};

struct seen *
seen_new(struct arena *a, size_t most)
{
	struct seen *s = arena_get(a, sizeof *s);
	size_t size = 2;

	while (size < 2 * most)
		size *= 2;
	s->places = arena_get(a, size * sizeof *s->places);
	s->mask = size - 1;
	s->most = most;
	return s;
}

/* Where it is, or would be. */
static struct place *
place_of(const struct seen *s, const uint8_t sha256[HASH_BYTES])
{
	size_t at;

	memcpy(&at, sha256, sizeof at);
	for (;; at++) {
		struct place *p = &s->places[at & s->mask];

		if (!p->taken || memcmp(p->sha256, sha256, HASH_BYTES) == 0)
			return p;
	}
}

void
seen_add(struct seen *s, const uint8_t sha256[HASH_BYTES])
{
	struct place *p = place_of(s, sha256);

	if (p->taken || s->count == s->most)
		return;
	memcpy(p->sha256, sha256, HASH_BYTES);
	p->taken = true;
	s->count++;
}

bool
seen_has(const struct seen *s, const uint8_t sha256[HASH_BYTES])
{
	return place_of(s, sha256)->taken;
}

void
seen_forget(struct seen *s)
{
	memset(s->places, 0, (s->mask + 1) * sizeof *s->places);
	s->count = 0;
}
