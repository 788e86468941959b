/* SPDX-License-Identifier: ISC */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "milter/mail/pdfdoc.h"
#include "milter/mail/pdftext.h"
#include "milter/base/banned.h"

enum {
	OBJECTS = 500000,
	/* How often the bytes may be looked at, of objects that overlap. */
	WORK_LEAST = 16000000,
	WORK_RATIO = 32,
	COMMENT = 256, /* bytes of one between an object's numbers */
	ROOM = 64 /* bytes, for the end of a line and its head */
};

void
pdfdoc_init(struct pdfdoc *d, struct span bytes, size_t most)
{
	*d = (struct pdfdoc){ .bytes = bytes,
		.work = WORK_LEAST + WORK_RATIO * bytes.len };
	buf_init(&d->text, most);
	buf_init(&d->expanded, most);
	buf_init(&d->objects, OBJECTS * sizeof(struct pdfobject));
}

void
pdfdoc_free(struct pdfdoc *d)
{
	buf_free(&d->text);
	buf_free(&d->expanded);
	buf_free(&d->objects);
	d->count = 0;
}

struct pdfobject *
pdfdoc_object(const struct pdfdoc *d, size_t i)
{
	return (struct pdfobject *)(void *)d->objects.data + i;
}

const char *
pdfdoc_source(const struct pdfdoc *d, const struct pdfobject *o)
{
	return buf_text(&d->text) + o->line;
}

const char *
pdfdoc_line(const struct pdfdoc *d, const struct pdfobject *o)
{
	return o->expanded == 0 ? pdfdoc_source(d, o)
				: buf_text(&d->expanded) + o->expanded - 1;
}

/* Counts bytes as looked at; less than asked for is a limit that was met. */
static size_t
take_work(struct pdfdoc *d, size_t want)
{
	if (want > d->work) {
		d->limit = "overlap";
		want = d->work;
	}
	d->work -= want;
	return want;
}

/* False when the text is full. */
static bool
end_line(struct pdfdoc *d)
{
	if (d->text.len + ROOM <= d->text.limit &&
	    buf_add(&d->text, "", 1) == 0)
		return true;
	d->limit = "scan_member";
	return false;
}

/* Writes the line of an object from the bytes at t->in; what was read of them
 * counts as work. False when there is no more room. */
static bool
write_line(struct pdfdoc *d, struct pdfobject *o, struct pdftext *t)
{
	size_t before = t->in.len;

	if (d->text.len + ROOM > d->text.limit)
		return end_line(d);
	o->line = d->text.len;
	o->expanded = 0;
	if (o->number == 0 && o->generation == 0)
		buf_string(&d->text, "trailer ");
	else
		buf_printf(&d->text, "%u %u obj ", o->number, o->generation);
	if (before > d->work)
		t->in.len = d->work;
	t->out = &d->text;
	pdftext_flatten(t);
	if (before > d->work && t->in.len == 0)
		d->limit = "overlap";
	(void)take_work(d,
	    before > d->work ? d->work - t->in.len : before - t->in.len);
	o->stream = t->stream;
	/* Up to the end of the bytes, not to that of the work. */
	if (o->stream.at != NULL && !o->packed)
		o->stream.len =
		    (size_t)(o->bytes.at + o->bytes.len - o->stream.at);
	return end_line(d);
}

static bool
add_object(struct pdfdoc *d, struct pdfobject o, struct pdftext *t)
{
	if (!write_line(d, &o, t))
		return false;
	/* Without those that a limit took away. */
	d->objects.len = d->count * sizeof o;
	if (buf_add(&d->objects, &o, sizeof o) == -1) {
		d->limit = "objects";
		return false;
	}
	d->count++;
	return true;
}

/* Where the comment begins that ends the line which ends at `at`; at, if there
 * is none. */
static size_t
before_comment(struct span s, size_t at)
{
	size_t found = at;

	for (size_t i = at; i > 0 && at - i < COMMENT; i--) {
		if (s.at[i - 1] == '\n' || s.at[i - 1] == '\r')
			break;
		if (s.at[i - 1] == '%')
			found = i - 1;
	}
	return found;
}

/* What is in front of the blanks and comments before `at`. */
static size_t
before_blank(struct span s, size_t at)
{
	size_t last;

	do {
		bool line = false;

		last = at;
		for (; at > 0 && pdftext_space(s.at[at - 1]); at--)
			line |= s.at[at - 1] == '\n' || s.at[at - 1] == '\r';
		if (line)
			at = before_comment(s, at);
	} while (at != last);
	return at;
}

/* "12 0 obj": the two numbers before the word at `at`. */
static bool
numbers_before(struct span s, size_t at, unsigned out[2])
{
	for (int i = 1; i >= 0; i--) {
		size_t end = at = before_blank(s, at);
		unsigned unit = 1;

		out[i] = 0;
		for (; at > 0 && isdigit(s.at[at - 1]); at--) {
			if (end - at < 9)
				out[i] += (unsigned)(s.at[at - 1] - '0') * unit;
			unit *= 10;
		}
		if (at == end)
			return false;
	}
	return true;
}

static void
scan_trailers(struct pdfdoc *d)
{
	struct span s = d->bytes;
	const unsigned char *hit;

	while (s.len > 7 && (hit = memmem(s.at, s.len, "trailer", 7)) != NULL) {
		struct pdftext t = { .one = true };

		s = span_from(s, (size_t)(hit - s.at) + 7);
		t.in = s;
		if (!add_object(d, (struct pdfobject){ .bytes = s }, &t))
			return;
	}
}

void
pdfdoc_scan(struct pdfdoc *d)
{
	struct span s = d->bytes;
	const unsigned char *hit;

	while (s.len > 3 && (hit = memmem(s.at, s.len, "obj", 3)) != NULL) {
		unsigned numbers[2];
		struct pdftext t = { .one = false };

		s = span_from(s, (size_t)(hit - s.at) + 3);
		if (!numbers_before(d->bytes, (size_t)(hit - d->bytes.at),
			numbers))
			continue;
		t.in = s;
		if (!add_object(d,
			(struct pdfobject){ .number = numbers[0],
			    .generation = numbers[1],
			    .bytes = s },
			&t))
			return;
	}
	scan_trailers(d);
}

bool
pdfdoc_unpack(struct pdfdoc *d, struct span unpacked, size_t first)
{
	struct pdftext heads = { .in = unpacked };
	struct buf numbers;
	const char *at;
	bool any = false;

	if (first > unpacked.len)
		return false;
	heads.in.len = first;
	buf_init(&numbers, first + first + ROOM);
	heads.out = &numbers;
	pdftext_flatten(&heads);
	for (at = buf_text(&numbers); isdigit((unsigned char)*at);) {
		struct pdfobject o = { .number =
					   (unsigned)strtoul(at, NULL, 10),
			.packed = true };
		struct pdftext t = { .one = true };

		at = pdftext_after_token(at);
		if (!isdigit((unsigned char)*at))
			break;
		t.in = span_from(unpacked, first);
		t.in = span_from(t.in, (size_t)strtoul(at, NULL, 10));
		at = pdftext_after_token(at);
		any = true;
		if (!add_object(d, o, &t))
			break;
	}
	buf_free(&numbers);
	return any;
}

void
pdfdoc_reopen(struct pdfdoc *d, size_t count, bool add,
    void (*open)(void *owner, struct buf *string), void *owner,
    const struct pdfobject **current)
{
	if (!add)
		buf_clear(&d->text);
	for (size_t i = 0; i < count && i < d->count; i++) {
		struct pdfobject o = *pdfdoc_object(d, i);
		struct pdftext t = { .in = o.bytes,
			.one = o.number == 0,
			.open = open,
			.owner = owner };

		*current = &o;
		if (add) {
			if (!add_object(d, o, &t))
				return;
			continue;
		}
		if (!write_line(d, &o, &t)) {
			d->count = i;
			return;
		}
		*pdfdoc_object(d, i) = o;
	}
}

/* The bytes begin in the next line; what is in that of the word is nothing to
 * most readers. */
static struct span
next_line(struct pdfdoc *d, struct span s)
{
	size_t len = 0, text = 0;

	while (len < s.len && s.at[len] != '\n' && s.at[len] != '\r')
		text += !pdftext_space(s.at[len++]);
	d->touches |= text > 0;
	s = span_from(s, len);
	if (s.len > 0 && s.at[0] == '\r')
		s = span_from(s, 1);
	if (s.len > 0 && s.at[0] == '\n')
		s = span_from(s, 1);
	return s;
}

struct span
pdfdoc_stream(struct pdfdoc *d, const struct pdfobject *o)
{
	const char *line = pdfdoc_line(d, o), *value;
	struct span s = next_line(d, o->stream);
	const unsigned char *end;
	size_t length = 0;

	/* Who trusts the length goes on from there; who does not, takes the
	 * first end. The longer holds the shorter. */
	for (int i = 0; i < PDFTEXT_ENTRIES &&
			(value = pdftext_entry(line, "/Length", i)) != NULL;
	     i++) {
		size_t one = strtoul(value, NULL, 10);

		if (one <= s.len && one > length)
			length = one;
	}
	if (s.len - length >= 9 &&
	    (end = memmem(s.at + length, s.len - length, "endstream", 9)))
		s.len = (size_t)(end - s.at);
	s.len = take_work(d, s.len);
	return s;
}
