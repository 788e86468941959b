/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "milter/act/cuts.h"
#include "milter/base/banned.h"

bool
cuts_mean(const struct plan *plan, enum fact fact)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->groups[i].verdict.kind == VERDICT_SANITISE &&
		    plan->groups[i].verdict.named[fact])
			return true;
	return false;
}

/* The part that fills the stretch: parents come first, so it is the first. */
static const struct seen_part *
part_at(const struct findings *f, const struct seen_part *part)
{
	for (size_t i = 0; i < f->parts_count; i++)
		if (f->parts[i].begin == part->begin &&
		    f->parts[i].end == part->end)
			return &f->parts[i];
	return part;
}

/* Scan states the stretch, and scan may be in an attacker's hands: here it is
 * seen that it begins with a line behind the header and ends before one that
 * looks like a boundary. */
static bool
is_between_boundaries(const struct fields *m, const struct seen_part *part)
{
	const unsigned char *end = m->bytes + part->end;
	size_t left;

	if (part->begin <= m->body || part->end > m->size ||
	    m->bytes[part->begin - 1] != '\n')
		return false;
	left = m->size - part->end;
	if (left > 0 && *end == '\r') {
		end++;
		left--;
	}
	return left >= 3 && memcmp(end, "\n--", 3) == 0;
}

static int
add(struct cuts *cuts, const struct findings *f, const struct found *fact,
    const struct fields *m, struct reason *why)
{
	const char *name = fact_row(fact->fact)->name;
	const struct seen_part *part;

	if (fact->part < 0 || (size_t)fact->part >= f->parts_count)
		return reason_set(why, "%s is of the whole message", name);
	part = &f->parts[fact->part];
	if (part->end == 0 || !is_between_boundaries(m, part))
		return reason_set(why,
		    "%s is in part \"%s\", which cannot be taken out", name,
		    part->path);
	cuts->list[cuts->count++] =
	    (struct cut){ part->begin, part->end, part_at(f, part) };
	return 0;
}

/* By their begin, the longer one first. */
static int
in_order(const void *one, const void *other)
{
	const struct cut *a = one, *b = other;

	if (a->begin != b->begin)
		return a->begin < b->begin ? -1 : 1;
	return a->end > b->end ? -1 : a->end < b->end;
}

/* Leaves out what goes with another: the same, or a part of an attached
 * message that goes as a whole. */
static int
part_them(struct cuts *cuts, struct reason *why)
{
	size_t kept = 0;

	qsort(cuts->list, cuts->count, sizeof *cuts->list, in_order);
	for (size_t i = 0; i < cuts->count; i++) {
		const struct cut *last = &cuts->list[kept - (kept > 0)];

		if (kept == 0 || cuts->list[i].begin >= last->end)
			cuts->list[kept++] = cuts->list[i];
		else if (cuts->list[i].end > last->end)
			return reason_set(why, "parts overlap");
	}
	cuts->count = kept;
	return kept > 0 ? 0 : reason_set(why, "nothing says what to take out");
}

int
cuts_find(struct cuts *cuts, const struct plan *plan, const struct findings *f,
    const struct fields *message, struct reason *why)
{
	cuts->list = calloc(f->facts_count + 1, sizeof *cuts->list);
	if (cuts->list == NULL)
		return reason_set(why, "no memory");
	for (size_t i = 0; i < f->facts_count; i++)
		if (cuts_mean(plan, f->facts[i].fact) &&
		    add(cuts, f, &f->facts[i], message, why) == -1)
			return -1;
	return part_them(cuts, why);
}

void
cuts_free(struct cuts *cuts)
{
	free(cuts->list);
	memset(cuts, 0, sizeof *cuts);
}

json_t *
cuts_json(const struct cuts *cuts)
{
	json_t *list = json_array();

	for (size_t i = 0; i < cuts->count; i++) {
		const struct seen_part *part = cuts->list[i].part;

		json_array_append_new(list,
		    json_sprintf("%s%s%s", part->path,
			part->name[0] != '\0' ? " " : "", part->name));
	}
	return list;
}
