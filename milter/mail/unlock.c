/* SPDX-License-Identifier: ISC */
#include "milter/mail/password.h"
#include "milter/mail/unlock.h"
#include "milter/base/banned.h"

/* One that waits. */
struct locked {
	struct node *node;
	const struct unlocker *how;
	void *owner;
	const char *what;
	struct locked *next;
};

void
unlock_later(struct reading *r, struct node *n, const struct unlocker *how,
    void *owner, const char *what)
{
	struct locked *l = arena_get(r->message->arena, sizeof *l), **end;

	l->node = n;
	l->how = how;
	l->owner = owner;
	l->what = arena_string(r->message->arena, what);
	for (end = &r->locked; *end; end = &(*end)->next)
		continue;
	*end = l;
}

bool
unlock_spend(struct reading *r, uint64_t blocks)
{
	if (blocks > r->limits->hashes - r->hashes) {
		r->exhausted = true;
		return false;
	}
	r->hashes += blocks;
	return true;
}

static bool
open_one(struct reading *r, const struct locked *l, const struct passwords *all)
{
	r->exhausted = false;
	for (size_t i = 0; i < all->count; i++) {
		if (!l->how->opens(r, l->owner, all->list[i]))
			continue;
		reading_mark(r, l->node, MARK_UNLOCKED, l->node->whole.at,
		    "with a word from %s: %s", all->source[i], l->what);
		l->how->read(r, l->node, l->owner, all->list[i]);
		return true;
	}
	reading_mark(r, l->node, MARK_OPAQUE, l->node->whole.at, "%s", l->what);
	if (all->more)
		reading_mark(r, l->node, MARK_LIMIT, l->node->whole.at,
		    "words tried as passwords: %d: %s", PASSWORDS_MOST,
		    l->what);
	if (r->exhausted)
		reading_mark(r, l->node, MARK_LIMIT, l->node->whole.at,
		    "scan_hashes: %s", l->what);
	return false;
}

bool
unlock_all(struct reading *r)
{
	struct locked *l = r->locked;
	struct passwords all;
	bool opened = false;

	if (l == NULL)
		return false;
	r->locked = NULL;
	passwords_collect(r, &all);
	for (; l != NULL; l = l->next)
		opened |= open_one(r, l, &all);
	return opened;
}
