/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "milter/mail/pdfkeys.h"
#include "milter/mail/pdftext.h"
#include "milter/base/banned.h"

enum { IDS = 4, LISTS = 64 };

/* The first string of each /ID list, the last few of them: the trailer's. */
struct ids {
	struct span list[IDS];
	size_t count;
};

static bool
is_same(struct span a, struct span b)
{
	return a.len == b.len && (a.len == 0 || !memcmp(a.at, b.at, a.len));
}

static void
add_id(struct ids *ids, struct span id)
{
	for (size_t i = 0; i < ids->count; i++)
		if (is_same(ids->list[i], id))
			return;
	if (ids->count == IDS) {
		for (size_t i = 1; i < IDS; i++)
			ids->list[i - 1] = ids->list[i];
		ids->count--;
	}
	ids->list[ids->count++] = id;
}

static void
find_ids(struct ids *ids, struct arena *a, struct span bytes)
{
	struct span last[LISTS] = { { NULL, 0 } }, s = bytes;
	const unsigned char *hit;
	size_t count = 0;

	while (s.len > 3 && (hit = memmem(s.at, s.len, "/ID", 3)) != NULL) {
		size_t skip = 0;

		s = span_from(s, (size_t)(hit - s.at) + 3);
		while (skip < s.len && pdftext_space(s.at[skip]))
			skip++;
		if (skip < s.len && s.at[skip] == '[')
			last[count++ % LISTS] = span_from(s, skip + 1);
	}
	for (size_t i = count > LISTS ? count - LISTS : 0; i < count; i++)
		add_id(ids, pdftext_string(a, last[i % LISTS]));
	if (count == 0)
		add_id(ids, (struct span){ NULL, 0 });
}

/* Adds the locks of a dictionary, which stands at object: one for each
 * identifier, of which one is that of the document. */
static void
add_locks(struct pdfkeys *k, struct arena *a, struct span object,
    const char *line, const struct ids *ids)
{
	for (size_t i = 0; i < k->count; i++)
		if (k->of[i] == object.at)
			return;
	for (size_t i = 0; i < ids->count; i++) {
		struct pdflock *lock;

		if (k->count == PDFKEYS_LOCKS) {
			k->unknown = true;
			return;
		}
		lock = pdflock_new(a, object, line, ids->list[i]);
		if (lock == NULL) {
			k->unknown = true;
			return;
		}
		k->plain |= pdflock_is_partial(lock);
		k->of[k->count] = object.at;
		k->locks[k->count++] = lock;
	}
}

/* The dictionaries that a reference leads to; to a reader that finds none, the
 * document is not encrypted. */
static void
add_referred(struct pdfkeys *k, struct arena *a, const struct pdfdoc *d,
    unsigned number, const struct ids *ids)
{
	bool any = false;

	for (size_t i = 0; i < k->asked_count; i++)
		if (k->asked[i] == number)
			return;
	if (k->asked_count == PDFKEYS_LOCKS) {
		k->unknown = true;
		return;
	}
	k->asked[k->asked_count++] = number;
	for (size_t i = 0; i < d->count && !k->unknown; i++) {
		const struct pdfobject *o = pdfdoc_object(d, i);
		const char *line = pdfdoc_line(d, o);

		if (o->number != number || o->packed ||
		    pdftext_value(line, "<<") == NULL)
			continue;
		any = true;
		add_locks(k, a, o->bytes, line, ids);
	}
	k->plain |= !any;
}

/* The dictionary in a trailer itself. */
static void
add_inside(struct pdfkeys *k, struct arena *a, const struct pdfobject *o,
    const char *value, const struct ids *ids)
{
	struct span s = o->bytes;
	const unsigned char *at =
	    s.len == 0 ? NULL : memmem(s.at, s.len, "/Encrypt", 8);

	if (at == NULL)
		k->unknown = true;
	else
		add_locks(k, a, span_from(s, (size_t)(at - s.at)), value, ids);
}

static void
find_in_trailer(struct pdfkeys *k, struct arena *a, const struct pdfdoc *d,
    const struct pdfobject *o, const struct ids *ids)
{
	const char *line = pdfdoc_line(d, o), *value;
	int i;

	for (i = 0; (value = pdftext_entry(line, "/Encrypt", i)) != NULL; i++) {
		if (i == PDFTEXT_ENTRIES) {
			k->unknown = true;
			return;
		}
		if (pdftext_is_reference(value))
			add_referred(k, a, d,
			    (unsigned)strtoul(value, NULL, 10), ids);
		else if (strncmp(value, "<< ", 3) == 0)
			add_inside(k, a, o, value, ids);
		else
			k->plain = true;
	}
	if (i == 0 && pdftext_entry(line, "/Root", 0) != NULL)
		k->plain = true;
}

void
pdfkeys_find(struct pdfkeys *k, struct arena *a, const struct pdfdoc *d)
{
	struct ids ids = { .count = 0 };

	*k = (struct pdfkeys){ .count = 0 };
	find_ids(&ids, a, d->bytes);
	for (size_t i = 0; i < d->count; i++) {
		const struct pdfobject *o = pdfdoc_object(d, i);

		/* The dictionary of a stream that is a table is a trailer. */
		if ((o->number == 0 && o->generation == 0) ||
		    (o->stream.at != NULL &&
			pdftext_entry(pdfdoc_line(d, o), "/W", 0) != NULL))
			find_in_trailer(k, a, d, o, &ids);
	}
	k->plain |= k->count == 0 && !k->unknown;
}

uint64_t
pdfkeys_cost(const struct pdfkeys *k)
{
	uint64_t cost = 0;

	for (size_t i = 0; i < k->count; i++)
		if (!k->open[i])
			cost += pdflock_cost(k->locks[i]);
	return cost;
}

bool
pdfkeys_try(struct pdfkeys *k, const char *password)
{
	bool any = false;

	for (size_t i = 0; i < k->count; i++) {
		bool other =
		    i > 0 && k->of[i] == k->of[i - 1] && k->open[i - 1];

		/* With either identifier, it is the same dictionary. */
		if (other)
			k->locks[i] = k->locks[i - 1];
		else if (!k->open[i] && pdflock_opens(k->locks[i], password))
			any = true;
		else
			continue;
		k->open[i] = true;
	}
	return any;
}

bool
pdfkeys_readable(const struct pdfkeys *k)
{
	bool any = k->plain;

	for (size_t i = 0; i < k->count; i++)
		any |= k->open[i];
	return any;
}

bool
pdfkeys_locked(const struct pdfkeys *k)
{
	for (size_t i = 0; i < k->count; i++) {
		bool open = false;

		for (size_t n = 0; n < k->count; n++)
			open |= k->of[n] == k->of[i] && k->open[n];
		if (!open)
			return true;
	}
	return false;
}

/* Number i of the open locks that are not the one before. */
static bool
is_way(const struct pdfkeys *k, size_t i)
{
	return k->open[i] && (i == 0 || k->locks[i] != k->locks[i - 1]);
}

struct opener {
	const struct pdflock *lock;
	const struct pdfobject *object;
};

static void
open_string(void *owner, struct buf *string)
{
	const struct opener *o = owner;
	struct buf clear;

	buf_init(&clear, string->limit);
	(void)pdflock_decrypt(o->lock, PDFLOCK_STRINGS, o->object->number,
	    o->object->generation,
	    (struct span){ (const unsigned char *)buf_text(string),
		string->len },
	    &clear);
	buf_free(string);
	*string = clear;
}

bool
pdfkeys_strings(const struct pdfkeys *k, struct pdfdoc *d)
{
	bool add = k->plain, any = false;
	size_t count = d->count;

	for (size_t i = 0; i < k->count; i++) {
		struct opener o = { .lock = k->locks[i] };

		if (!is_way(k, i))
			continue;
		pdfdoc_reopen(d, count, add, open_string, &o, &o.object);
		add = any = true;
	}
	return any;
}

size_t
pdfkeys_ways(const struct pdfkeys *k, const char *line, bool file,
    struct pdfway ways[PDFKEYS_WAYS])
{
	size_t count = 0;

	/* A filter of its own may say that a stream is not encrypted. */
	if (k->plain || strstr(line, "/Crypt ") != NULL)
		ways[count++] = (struct pdfway){ NULL, PDFLOCK_STREAMS };
	for (size_t i = 0; i < k->count; i++) {
		if (!is_way(k, i))
			continue;
		ways[count++] = (struct pdfway){ k->locks[i], PDFLOCK_STREAMS };
		if (file && pdflock_files_differ(k->locks[i]))
			ways[count++] =
			    (struct pdfway){ k->locks[i], PDFLOCK_FILES };
	}
	return count;
}
