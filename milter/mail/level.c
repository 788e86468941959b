/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/mail/level.h"
#include "milter/base/banned.h"

bool
level_blank(unsigned char c)
{
	return c == ' ' || c == '\t' || c == '\v' || c == '\f' || c == '\r';
}

/* The outermost level with the boundary of level k. */
static int
outermost(struct walk *w, int k)
{
	for (int i = 0; i < k; i++)
		if (w->levels[i].boundary.len == w->levels[k].boundary.len &&
		    span_begins(w->levels[i].boundary, w->levels[k].boundary))
			return walk_asks(w, TRAIT_OUTER_FIRST) ? i : k;
	return k;
}

static enum boundary_line
near_kind(struct span line, struct span boundary)
{
	struct span rest = span_from(line, boundary.len + 2);

	return span_starts(rest, "--") ? LINE_CLOSE : LINE_OPEN;
}

/* Does the boundary of the innermost multipart stand anywhere behind line? If
 * not, its end is missing, which is a common fault. Only some are searched for
 * (each search may take all that follows); the others are taken to. */
static bool
reappears(struct walk *w, struct span line)
{
	struct span boundary = w->levels[w->depth - 1].boundary;
	struct span rest;

	if (w->searches++ >= w->limits->depth)
		return true;
	rest.at = line.at + line.len;
	rest.len = (size_t)(w->stop - rest.at);
	return rest.len > 0 &&
	       memmem(rest.at, rest.len, boundary.at, boundary.len) != NULL;
}

/* Is line, which is level k's delimiter but for padding, one to the reader? */
static bool
is_seen(struct walk *w, struct span line, int k, bool padded)
{
	int top = w->depth - 1;

	if (padded && !walk_asks(w, TRAIT_TRIMS))
		return false;
	return k == top || w->levels[top].closed || !reappears(w, line) ||
	       !walk_asks(w, TRAIT_INNER_ONLY);
}

int
level_of(struct walk *w, struct span line, enum boundary_line *kind)
{
	struct span s = line;
	int near = -1;

	while (s.len > 0 && level_blank(s.at[0]))
		s = span_from(s, 1);
	if (!span_starts(s, "--"))
		return -1;
	for (int k = w->depth - 1; k >= 0; k--) {
		bool odd = false;

		*kind = boundary_line(s, w->levels[k].boundary, &odd);
		if (*kind == LINE_NEAR && near == -1 && s.at == line.at)
			near = k;
		if ((*kind == LINE_OPEN || *kind == LINE_CLOSE) &&
		    is_seen(w, line, k, odd || s.at != line.at))
			return outermost(w, k);
	}
	if (near == -1 || !walk_asks(w, TRAIT_PREFIX))
		return -1;
	*kind = near_kind(line, w->levels[near].boundary);
	return near;
}
