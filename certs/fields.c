/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "certs/fields.h"
#include "milter/base/count.h"
#include "milter/base/banned.h"

static bool
blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The end of the field at p: behind the line end that no blank follows. */
static const char *
field_end(const char *p, const char *end)
{
	while (p < end) {
		const char *lf = memchr(p, '\n', (size_t)(end - p));

		if (lf == NULL || lf + 1 == end)
			return end;
		p = lf + 1;
		if (!blank(*p))
			return p;
	}
	return end;
}

/* Splits the bytes from p to end; false when there is no name in front. */
static bool
split(const char *p, const char *end, struct field *field)
{
	const char *colon = memchr(p, ':', (size_t)(end - p));
	const char *name_end = colon, *whole = end;

	if (colon == NULL || colon == p)
		return false;
	while (name_end > p && blank(name_end[-1]))
		name_end--;
	while (end > colon + 1 && (end[-1] == '\n' || end[-1] == '\r'))
		end--;
	field->name = p;
	field->name_len = (size_t)(name_end - p);
	p = colon + 1;
	if (p < end && blank(*p))
		p++;
	field->whole = (size_t)(whole - field->name);
	field->value = p;
	field->value_len = (size_t)(end - p);
	return field->name_len > 0;
}

bool
fields_named(const struct field *field, const char *name)
{
	return strlen(name) == field->name_len &&
	       strncasecmp(field->name, name, field->name_len) == 0;
}

void
fields_name(const struct field *field, char name[FIELDS_NAME])
{
	size_t len =
	    field->name_len < FIELDS_NAME ? field->name_len : FIELDS_NAME - 1;

	memcpy(name, field->name, len);
	name[len] = '\0';
}

int
fields_value(const struct field *field, struct buf *out)
{
	const char *p = field->value, *end = p + field->value_len;

	while (p < end) {
		const char *cr = memchr(p, '\r', (size_t)(end - p));

		if (cr == NULL)
			cr = end;
		if (buf_add(out, p, (size_t)(cr - p)) == -1)
			return -1;
		p = cr + 1;
	}
	return 0;
}

static bool
same_name(const struct field *a, const struct field *b)
{
	return a->name_len == b->name_len &&
	       strncasecmp(a->name, b->name, a->name_len) == 0;
}

static bool
begins(const struct field *field, const char *with)
{
	return field->name_len > strlen(with) &&
	       strncasecmp(field->name, with, strlen(with)) == 0;
}

bool
fields_describes_body(const struct field *field)
{
	return fields_named(field, "MIME-Version") || begins(field, "Content-");
}

static bool
named_any(const struct field *field, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (fields_named(field, names[i]))
			return true;
	return false;
}

bool
fields_names_recipients(const struct field *field)
{
	static const char *const names[] = { "To", "Cc", "Resent-To",
		"Resent-Cc" };

	return named_any(field, names, COUNT(names));
}

bool
fields_hides_recipients(const struct field *field)
{
	static const char *const names[] = { "Bcc", "Resent-Bcc" };

	return named_any(field, names, COUNT(names));
}

bool
fields_asks_for_transport(const struct field *field)
{
	static const char *const names[] = { "TLS-Required",
		"Require-TLS-ESMTP" };

	return named_any(field, names, COUNT(names));
}

bool
fields_confidential(const struct field *field)
{
	static const char *const names[] = { "Subject", "Keywords",
		"Comments" };

	return named_any(field, names, COUNT(names));
}

bool
fields_protected(const struct field *field)
{
	static const char *const names[] = { "From", "Sender", "Reply-To", "To",
		"Cc", "Date", "Message-ID", "In-Reply-To", "References" };

	return named_any(field, names, COUNT(names)) ||
	       fields_confidential(field);
}

/* What may have to be removed, changed or replaced, and who is named. */
static bool
ours_to_change(const struct field *field)
{
	return fields_describes_body(field) || fields_names_recipients(field) ||
	       fields_hides_recipients(field) ||
	       fields_asks_for_transport(field) ||
	       begins(field, "X-Sekimori-") || fields_protected(field) ||
	       fields_named(field, "Authentication-Results");
}

/* Room for one more; most messages have a handful. */
static int
make_room(struct fields *f, struct reason *why)
{
	size_t room = f->room == 0 ? 16 : 2 * f->room;
	struct field *list;

	if (f->count < f->room)
		return 0;
	if (f->count == FIELDS_MAX)
		return reason_set(why,
		    "more than %d header fields that may have to change",
		    FIELDS_MAX);
	list = realloc(f->list, room * sizeof *list);
	if (list == NULL)
		return reason_set(why, "no memory for the header");
	f->list = list;
	f->room = room;
	return 0;
}

static int
keep(struct fields *f, const struct field *field, struct reason *why)
{
	struct field *to;

	if (make_room(f, why) == -1)
		return -1;
	to = &f->list[f->count];
	*to = *field;
	to->index = 1;
	for (size_t i = 0; i < f->count; i++)
		to->index += same_name(&f->list[i], field);
	f->count++;
	return 0;
}

static bool
header_ends(const char *p, const char *end)
{
	return p == end || *p == '\n' ||
	       (*p == '\r' && p + 1 < end && p[1] == '\n');
}

static int
list_fields(struct fields *f, struct reason *why)
{
	const char *p = (const char *)f->bytes, *end = p + f->size;

	while (!header_ends(p, end)) {
		const char *next = field_end(p, end);
		struct field field;

		if (split(p, next, &field) && ours_to_change(&field) &&
		    keep(f, &field, why) == -1)
			return -1;
		p = next;
	}
	f->header = (size_t)(p - (const char *)f->bytes);
	if (p < end)
		p += *p == '\r' ? 2 : 1;
	f->body = (size_t)(p - (const char *)f->bytes);
	return 0;
}

int
fields_open(struct fields *f, int message, struct reason *why)
{
	struct stat st;

	memset(f, 0, sizeof *f);
	if (fstat(message, &st) == -1)
		return reason_errno(why, "message");
	f->size = (size_t)st.st_size;
	if (f->size == 0)
		return 0;
	f->bytes = mmap(NULL, f->size, PROT_READ, MAP_PRIVATE, message, 0);
	if (f->bytes == MAP_FAILED) {
		f->bytes = NULL;
		return reason_errno(why, "message");
	}
	return list_fields(f, why);
}

void
fields_close(struct fields *f)
{
	if (f->bytes != NULL)
		munmap(f->bytes, f->size);
	free(f->list);
	memset(f, 0, sizeof *f);
}
