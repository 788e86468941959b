/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "milter/base/count.h"
#include "milter/mail/pdftext.h"
#include "milter/mail/pdfvalue.h"
#include "milter/base/banned.h"

enum {
	ROOM = 64, /* bytes, for the end of a line */
	VALUE_MOST = 8200, /* bytes that stand for a reference */
	VALUES = 8, /* for one reference */
	LOOKS = 1000, /* objects of one number */
	DEEP = 6, /* references to references */
	LOOK = 16, /* bytes that a look at one object counts as */
	WORK_LEAST = 4000000, /* bytes looked at for references */
	WORK_RATIO = 64 /* the same, for each byte of text */
};

/* The objects by their numbers. */
struct place {
	unsigned number;
	size_t object;
};

struct expansion {
	const struct pdfdoc *d;
	struct place *places;
	size_t count;
	struct buf out;
	int depth;
	size_t work;
	const char *limit;
};

static int
by_number(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	return (x->object > y->object) - (x->object < y->object);
}

/* The first place of that number, or where it would be. */
static size_t
find(const struct expansion *e, unsigned number)
{
	size_t low = 0, high = e->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (e->places[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void
put(struct expansion *e, const void *at, size_t len)
{
	if (buf_add(&e->out, at, len) == 0)
		return;
	e->limit = "scan_member";
	e->work = 0;
}

/* False when there were too many. */
static bool
take_work(struct expansion *e, size_t bytes)
{
	if (bytes <= e->work) {
		e->work -= bytes;
		return true;
	}
	e->work = 0;
	if (e->limit == NULL)
		e->limit = "references";
	return false;
}

static bool
is_key(struct span key, const char *const *keys, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (key.len == strlen(keys[i]) &&
		    memcmp(key.at, keys[i], key.len) == 0)
			return true;
	return false;
}

/* May what begins so stand for a reference behind that key? Dictionaries and
 * lists of references only where they matter here, and are no actions. */
static bool
stands_for(const char *value, struct span key)
{
	static const char *const dictionaries[] = { "/DecodeParms", "/DP",
		"/EF", "/F", "/FS", "/CF", "/Win" };
	static const char *const lists[] = { "/Filter", "/F", "/DecodeParms",
		"/DP" };

	if (strncmp(value, "<< ", 3) == 0)
		return is_key(key, dictionaries, COUNT(dictionaries));
	if (strncmp(value, "[ ", 2) == 0)
		return value[2] == '/' || value[2] == ']' ||
		       is_key(key, lists, COUNT(lists));
	return *value != '\0';
}

static void put_tokens(struct expansion *e, const char *at, size_t len);

/* Writes the value of an object. False if it cannot stand for a reference. */
static bool
put_value(struct expansion *e, size_t object, struct span key)
{
	const struct pdfobject *o = pdfdoc_object(e->d, object);
	const char *value = pdfdoc_source(e->d, o);
	char head[VALUE_MOST + 2]; /* what is longer is not looked through */
	size_t len;

	for (int i = 0; i < 3; i++)
		value = pdftext_after_token(value);
	if (o->stream.at != NULL || !stands_for(value, key))
		return false;
	len = strnlen(value, VALUE_MOST + 1);
	if (!take_work(e, LOOK + len))
		return false;
	memcpy(head, value, len);
	head[len] = '\0';
	len = (size_t)(pdftext_after_value(head) - head);
	if (len > VALUE_MOST)
		return false;
	put_tokens(e, value, len);
	return true;
}

/* The values that were written for a reference: where each begins. */
struct values {
	size_t begin[VALUES + 1];
	int count;
};

/* Keeps what was written behind the last value, unless it is there already. */
static void
keep_value(struct expansion *e, struct values *v, size_t begin, size_t value)
{
	const unsigned char *out = e->out.data;
	size_t len = e->out.len - value;

	for (int i = 0; i < v->count; i++) {
		size_t end = i + 1 < v->count ? v->begin[i + 1] : begin;

		if (end - v->begin[i] >= len &&
		    memcmp(out + v->begin[i], out + value, len) == 0) {
			e->out.len = begin;
			return;
		}
	}
	v->begin[v->count++] = value;
}

/* An entry that has another value stands once more. */
static void
put_key(struct expansion *e, const struct values *v, struct span key)
{
	if (v->count > 0 && key.len > 0 && key.at[0] == '/') {
		put(e, key.at, key.len);
		put(e, " ", 1);
	}
}

/* Writes the values for a reference, and the reference itself if there is one
 * that cannot stand for it. */
static void
put_reference(struct expansion *e, const char *reference, struct span key)
{
	unsigned number = (unsigned)strtoul(reference, NULL, 10);
	size_t first = find(e, number);
	struct values v = { .count = 0 };
	bool stays = first == e->count || e->places[first].number != number;

	for (size_t i = first; i < e->count && e->places[i].number == number;
	     i++) {
		size_t begin = e->out.len, value;

		if (v.count == VALUES || i - first == LOOKS) {
			e->limit = "revisions";
			break;
		}
		if (!take_work(e, LOOK))
			break;
		put_key(e, &v, key);
		value = e->out.len;
		if (put_value(e, e->places[i].object, key)) {
			keep_value(e, &v, begin, value);
		} else {
			e->out.len = begin;
			stays = true;
		}
	}
	if (stays) {
		put_key(e, &v, key);
		put(e, reference,
		    (size_t)(pdftext_after_value(reference) - reference));
	}
}

/* Tokens, their references replaced where that can be. */
static void
put_tokens(struct expansion *e, const char *at, size_t len)
{
	const char *end = at + len, *from = at;
	struct span key = { NULL, 0 };

	e->depth++;
	while (at < end) {
		bool refers = pdftext_is_reference(at);
		const char *next =
		    refers ? pdftext_after_value(at) : pdftext_after_token(at);

		if (refers && e->depth > DEEP) {
			e->limit = "references";
			refers = false;
		}
		if (refers && take_work(e, LOOK)) {
			put(e, from, (size_t)(at - from));
			put_reference(e, at, key);
			from = next;
		}
		key = (struct span){ (const unsigned char *)at,
			(size_t)(next - at - 1) };
		at = next;
	}
	put(e, from, (size_t)(at - from));
	e->depth--;
}

static void
put_lines(struct expansion *e, struct pdfdoc *d)
{
	for (size_t i = 0; i < d->count; i++) {
		struct pdfobject *o = pdfdoc_object(d, i);
		const char *line = pdfdoc_source(d, o);

		o->expanded = e->out.len + 1;
		put_tokens(e, line, strlen(line));
		if (e->out.len + ROOM > e->out.limit ||
		    buf_add(&e->out, "", 1) == -1) {
			e->limit = "scan_member";
			d->count = i;
		}
	}
	buf_free(&d->expanded);
	d->expanded = e->out;
}

void
pdfvalue_expand(struct pdfdoc *d)
{
	struct expansion e = { .d = d,
		.count = d->count,
		.work = WORK_LEAST + WORK_RATIO * d->text.len };

	if (d->count == 0)
		return;
	e.places = calloc(d->count, sizeof *e.places);
	if (e.places == NULL) {
		d->limit = "scan_memory";
		return;
	}
	for (size_t i = 0; i < d->count; i++)
		e.places[i] = (struct place){ pdfdoc_object(d, i)->number, i };
	qsort(e.places, e.count, sizeof *e.places, by_number);
	buf_init(&e.out, d->text.limit);
	put_lines(&e, d);
	if (e.limit != NULL)
		d->limit = e.limit;
	free(e.places);
}
