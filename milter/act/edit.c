/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "milter/act/edit.h"
#include "milter/base/file.h"
#include "milter/base/banned.h"

enum { HEADER_MAX = 4 * 1024 * 1024 };

/* A value with LF between its lines, as the effects give it. */
static int
put_value(struct buf *to, const char *value)
{
	int failed = 0;

	for (; *value != '\0' && failed == 0; value++)
		failed = *value == '\n' ? buf_string(to, "\r\n")
					: buf_add(to, value, 1);
	return failed;
}

static int
put_field(struct buf *to, const char *name, const char *value)
{
	if (buf_printf(to, "%s: ", name) == -1 || put_value(to, value) == -1)
		return -1;
	return buf_string(to, "\r\n");
}

static const struct field *
find(const struct edit *e, const char *name, int index)
{
	for (size_t i = 0; i < e->fields->count; i++) {
		const struct field *field = &e->fields->list[i];

		if (field->index == index && fields_named(field, name))
			return field;
	}
	return NULL;
}

static struct edit_change *
next_change(struct edit *e)
{
	size_t room = e->room == 0 ? 16 : 2 * e->room;
	struct edit_change *more;

	if (e->count < e->room)
		return &e->changes[e->count++];
	if (room > EDIT_CHANGES)
		return NULL;
	more = realloc(e->changes, room * sizeof *more);
	if (more == NULL)
		return NULL;
	e->changes = more;
	e->room = room;
	return &e->changes[e->count++];
}

static int
change(void *context, const char *name, int index, const char *value)
{
	struct edit *e = context;
	const struct field *field = find(e, name, index);
	struct edit_change *c = field == NULL ? NULL : next_change(e);

	if (c == NULL)
		return -1;
	c->field = field;
	c->value = value == NULL ? NULL : strdup(value);
	return value != NULL && c->value == NULL ? -1 : 0;
}

static int
add(void *context, const char *name, const char *value)
{
	return put_field(&((struct edit *)context)->below, name, value);
}

static int
insert(void *context, const char *name, const char *value)
{
	return put_field(&((struct edit *)context)->above, name, value);
}

static int
body(void *context, const unsigned char *bytes, size_t len)
{
	struct edit *e = context;
	struct reason why;

	if (e->body == -1)
		e->body = memfd_create("body", MFD_CLOEXEC);
	return e->body == -1 ? -1 : file_write(e->body, bytes, len, &why);
}

/* Whoever does not get the copy is not among its recipients. */
static int
no_recipients(void *context, const char *rcpt)
{
	(void)context, (void)rcpt;
	return 0;
}

static int
no_reply(void *context, const struct mta_reply *reply)
{
	(void)context, (void)reply;
	return -1;
}

void
edit_begin(struct edit *e, const struct fields *fields)
{
	memset(e, 0, sizeof *e);
	e->mta = (struct mta){ e, change, add, insert, no_recipients, body,
		no_reply };
	e->fields = fields;
	e->body = -1;
	buf_init(&e->above, HEADER_MAX);
	buf_init(&e->below, HEADER_MAX);
}

void
edit_end(struct edit *e)
{
	for (size_t i = 0; i < e->count; i++)
		free(e->changes[i].value);
	free(e->changes);
	buf_free(&e->above);
	buf_free(&e->below);
	if (e->body != -1)
		close(e->body);
	e->body = -1;
}

/* The last change of a field is the one that holds. */
static const struct edit_change *
change_of(const struct edit *e, const struct field *field)
{
	for (size_t i = e->count; i-- > 0;)
		if (e->changes[i].field == field)
			return &e->changes[i];
	return NULL;
}

static int
write_changed(int fd, const struct edit_change *c, struct reason *why)
{
	struct buf b;
	char name[FIELDS_NAME];
	int failed;

	if (c->value == NULL)
		return 0;
	buf_init(&b, HEADER_MAX);
	fields_name(c->field, name);
	failed = put_field(&b, name, c->value);
	if (failed == -1)
		reason_set(why, "no memory for a field");
	else
		failed = file_write(fd, b.data, b.len, why);
	buf_free(&b);
	return failed;
}

static int
write_header(const struct edit *e, int fd, struct reason *why)
{
	const struct fields *f = e->fields;
	const char *at = (const char *)f->bytes, *end = at + f->header;

	if (file_write(fd, buf_text(&e->above), e->above.len, why) == -1)
		return -1;
	for (size_t i = 0; i < f->count; i++) {
		const struct field *field = &f->list[i];
		const struct edit_change *c = change_of(e, field);

		if (c == NULL)
			continue;
		if (file_write(fd, at, (size_t)(field->name - at), why) == -1 ||
		    write_changed(fd, c, why) == -1)
			return -1;
		at = field->name + field->whole;
	}
	if (at < end && file_write(fd, at, (size_t)(end - at), why) == -1)
		return -1;
	return file_write(fd, buf_text(&e->below), e->below.len, why);
}

static int
write_body(const struct edit *e, int fd, struct reason *why)
{
	const struct fields *f = e->fields;

	if (file_write(fd, "\r\n", 2, why) == -1)
		return -1;
	if (e->body != -1)
		return file_copy(e->body, fd, why);
	return file_write(fd, f->bytes + f->body, f->size - f->body, why);
}

int
edit_write(const struct edit *e, struct reason *why)
{
	int fd = memfd_create("copy", MFD_CLOEXEC);

	if (fd == -1)
		return reason_errno(why, "a copy");
	if (write_header(e, fd, why) == 0 && write_body(e, fd, why) == 0 &&
	    lseek(fd, 0, SEEK_SET) == 0)
		return fd;
	close(fd);
	return -1;
}
