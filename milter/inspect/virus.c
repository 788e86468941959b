/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/inspect/cache.h"
#include "milter/inspect/engine.h"
#include "milter/inspect/inspect.h"
#include "milter/inspect/skeleton.h"
#include "milter/base/seen.h"
#include "milter/base/banned.h"

/* What the engine said of some bytes; kept for the message, by hash, since a
 * mail that carries one file twice is common (text and HTML signatures). */
struct outcome {
	const uint8_t *sha256; /* NULL: an empty place */
	enum engine_result result;
	char name[128];
};

struct outcomes {
	struct outcome *places;
	size_t mask;
};

static struct outcomes
outcomes_new(const struct message *m)
{
	size_t size = 2;

	while (size < 2 * (size_t)m->parts)
		size *= 2;
	return (struct outcomes){
		.places = arena_get(m->arena, size * sizeof(struct outcome)),
		.mask = size - 1,
	};
}

/* The place of that hash, empty when the bytes were not seen before. */
static struct outcome *
place_of(const struct outcomes *all, const uint8_t *sha256)
{
	size_t at;

	memcpy(&at, sha256, sizeof at);
	for (;; at++) {
		struct outcome *o = &all->places[at & all->mask];

		if (o->sha256 == NULL ||
		    memcmp(o->sha256, sha256, HASH_BYTES) == 0)
			return o;
	}
}

static bool
holds_members(const struct part *p)
{
	return p->child != NULL && p->child->origin == ORIGIN_MEMBER;
}

/* Did our own walk get into it? A PDF that it opened has its objects as a
 * child, with or without files; one that stays closed has no child. */
static bool
was_walked(const struct part *p)
{
	return p->child != NULL && (p->child->origin == ORIGIN_MEMBER ||
				       p->child->origin == ORIGIN_OBJECTS);
}

static bool
has_mark(const struct part *p, enum mark_kind kind)
{
	for (const struct mark *m = p->marks; m != NULL; m = m->next)
		if (m->kind == kind)
			return true;
	return false;
}

/* The bytes of a part. What a clean container held was scanned with it. */
static void
scan_bytes(const struct part *p, struct seen *seen, struct outcome *o)
{
	const struct engine_ask ask = {
		.bytes = p->bytes,
		.len = p->size,
		.filename = p->names == NULL ? NULL : p->names->name,
		.seen = holds_members(p) ? seen : NULL,
		.flat = has_mark(p, MARK_LIMIT),
	};

	o->sha256 = p->sha256;
	if (cache_has(p->sha256))
		return;
	if (p->origin != ORIGIN_MEMBER || !seen_has(seen, p->sha256))
		o->result = engine_scan(&ask, o->name, sizeof o->name);
	if (o->result == ENGINE_CLEAN)
		cache_add(p->sha256);
	else
		seen_forget(seen);
}

static void
state_clean(struct inspection *i, const struct part *p)
{
	struct seen_part *s;

	if ((size_t)p->index >= i->findings->parts_count)
		return;
	s = &i->findings->parts[p->index];
	if (s->reason[0] == '\0')
		s->inspected = INSPECTED_CLEAN;
}

static void
state_found(struct inspection *i, const struct part *p)
{
	if ((size_t)p->index < i->findings->parts_count)
		i->findings->parts[p->index].inspected = INSPECTED_FOUND;
}

/* "limit: MaxRecursion" reads better than a bare word in a report. */
static void
state_not(struct inspection *i, const struct part *p, enum fact fact,
    const char *reason)
{
	inspect_fact(i, fact, p, "%s", reason);
	inspect_not(i, p, reason);
}

static void
state(struct inspection *i, const struct part *p, const struct outcome *o)
{
	switch (o->result) {
	case ENGINE_CLEAN:
		state_clean(i, p);
		return;
	case ENGINE_FOUND:
		inspect_fact(i, FACT_VIRUS, p, "%s", o->name);
		state_found(i, p);
		return;
	case ENGINE_HEURISTIC:
		inspect_fact(i, FACT_VIRUS_HEURISTIC, p, "%s", o->name);
		state_found(i, p);
		return;
	case ENGINE_LIMIT:
		state_not(i, p, FACT_SCAN_LIMIT, o->name);
		return;
	case ENGINE_ENCRYPTED:
		/* Our own walk tells which members are, and opens some. */
		if (was_walked(p)) {
			state_clean(i, p);
			return;
		}
		state_not(i, p, FACT_UNINSPECTABLE_ENCRYPTED, o->name);
		return;
	case ENGINE_ERROR:
		state_not(i, p, FACT_UNINSPECTABLE, o->name);
		return;
	}
}

static bool
is_known(const struct findings *f, const char *name)
{
	for (size_t n = 0; n < f->facts_count; n++)
		if (strcmp(f->facts[n].evidence, name) == 0)
			return true;
	return false;
}

static bool
is_strict(const struct message *m)
{
	for (const struct part *p = m->root; p != NULL; p = p->next)
		if (p->marks != NULL)
			return false;
	return true;
}

/*
 * A mail without a mark has one reading, and its parts were scanned; what is
 * left are signatures of whole mails. Of any other mail libclamav takes the
 * parts out as well: what its reading finds counts, too.
 */
static enum engine_result
scan_mail(const struct message *m, char *name, size_t size)
{
	bool strict = is_strict(m);
	enum engine_result result;
	uint8_t sha256[HASH_BYTES];
	struct engine_ask ask = { .bytes = m->bytes,
		.len = m->size,
		.flat = strict };

	if (strict)
		ask.bytes = skeleton_of(m, &ask.len);
	hash_bytes(ask.bytes, ask.len, sha256);
	name[0] = '\0';
	if (cache_has(sha256))
		return ENGINE_CLEAN;
	result = engine_scan(&ask, name, size);
	if (result == ENGINE_CLEAN)
		cache_add(sha256);
	return result;
}

/* What is encrypted in the mail was stated by its part. */
static void
state_mail(struct inspection *i)
{
	static const enum fact facts[] = {
		[ENGINE_FOUND] = FACT_VIRUS,
		[ENGINE_HEURISTIC] = FACT_VIRUS_HEURISTIC,
		[ENGINE_LIMIT] = FACT_SCAN_LIMIT,
		[ENGINE_ERROR] = FACT_UNINSPECTABLE,
	};
	char name[128];
	enum engine_result result = scan_mail(i->message, name, sizeof name);

	if (result != ENGINE_CLEAN && result != ENGINE_ENCRYPTED &&
	    !is_known(i->findings, name))
		inspect_fact(i, facts[result], NULL, "%s", name);
}

static void
run(struct inspection *i)
{
	struct outcomes all = outcomes_new(i->message);
	struct seen *seen =
	    seen_new(i->message->arena, (size_t)i->message->parts);

	if (engine_info()->reduced)
		inspect_fact(i, FACT_SIGNATURES_REDUCED, NULL, "%s",
		    engine_info()->version);
	for (const struct part *p = i->message->root; p != NULL; p = p->next) {
		struct outcome *o;

		if (p->bytes == NULL)
			continue;
		o = place_of(&all, p->sha256);
		if (o->sha256 == NULL)
			scan_bytes(p, seen, o);
		state(i, p, o);
	}
	state_mail(i);
}

static int
prepare(const struct conf *conf, struct reason *why)
{
	if (engine_load(conf, why) == -1)
		return -1;
	return cache_make(conf, why);
}

const struct inspector inspect_virus = {
	.looks_for = "content that the virus scanner knows",
	.prepare = prepare,
	.run = run,
};
