/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "certs/protect.h"
#include "milter/base/count.h"
#include "milter/base/file.h"
#include "milter/base/hash.h"
#include "milter/base/banned.h"

const char protect_subject[] = "Subject: [...]\r\n";

static int
put(int fd, const char *text, struct reason *why)
{
	return file_write(fd, text, strlen(text), why);
}

/* The field without its line end, so that there is always exactly one. */
static size_t
content_of(const struct field *field)
{
	return (size_t)(field->value + field->value_len - field->name);
}

static int
put_field(int fd, const struct field *field, struct reason *why)
{
	if (file_write(fd, field->name, content_of(field), why) == -1)
		return -1;
	return put(fd, "\r\n", why);
}

static int
put_protected(int fd, const struct fields *f, struct reason *why)
{
	for (size_t i = 0; i < f->count; i++)
		if (fields_protected(&f->list[i]) &&
		    put_field(fd, &f->list[i], why) == -1)
			return -1;
	return 0;
}

/* What stands outside, as entity_outer() writes it. */
static int
put_outer(int fd, const struct fields *f, struct reason *why)
{
	for (size_t i = 0; i < f->count; i++) {
		const struct field *field = &f->list[i];
		bool subject = fields_named(field, "Subject");

		if (!fields_protected(field) ||
		    (fields_confidential(field) && !subject))
			continue;
		if (put(fd, "HP-Outer: ", why) == -1 ||
		    (subject ? put(fd, protect_subject, why)
			     : put_field(fd, field, why)) == -1)
			return -1;
	}
	return 0;
}

/* A layer of somebody else's: signed or encrypted already. */
static bool
is_layer(const struct field *type)
{
	static const char *const layers[] = { "multipart/signed",
		"multipart/encrypted", "application/pkcs7-mime",
		"application/x-pkcs7-mime" };

	for (size_t i = 0; i < COUNT(layers); i++)
		if (type->value_len >= strlen(layers[i]) &&
		    strncasecmp(type->value, layers[i], strlen(layers[i])) == 0)
			return true;
	return false;
}

/* Without a Content-Type it is plain text (RFC 2045, 5.2). */
static int
put_type(int fd, const struct field *type, struct reason *why)
{
	size_t len;

	if (type == NULL)
		return put(fd,
		    "Content-Type: text/plain; charset=us-ascii;\r\n"
		    "\thp=\"cipher\"\r\n",
		    why);
	len = content_of(type);
	while (len > 0 && strchr("; \t\r\n", type->name[len - 1]) != NULL)
		len--;
	if (file_write(fd, type->name, len, why) == -1)
		return -1;
	return put(fd, ";\r\n\thp=\"cipher\"\r\n", why);
}

/* The Content-* fields, type as it is when layered; then the body. */
static int
put_entity(int fd, const struct fields *f, const struct field *type,
    bool layered, struct reason *why)
{
	if (!layered && put_type(fd, type, why) == -1)
		return -1;
	for (size_t i = 0; i < f->count; i++) {
		const struct field *field = &f->list[i];

		if (!fields_describes_body(field) ||
		    fields_named(field, "MIME-Version") ||
		    (field == type && !layered))
			continue;
		if (put_field(fd, field, why) == -1)
			return -1;
	}
	if (put(fd, "\r\n", why) == -1)
		return -1;
	return file_write(fd, f->bytes + f->body, f->size - f->body, why);
}

static int
put_wrapped(int fd, const struct fields *f, const struct field *type,
    struct reason *why)
{
	uint8_t random[HASH_BYTES];
	char boundary[HASH_HEX], text[256];

	hash_random(random, sizeof random);
	hash_hex(random, boundary);
	boundary[40] = '\0';
	snprintf(text, sizeof text,
	    "Content-Type: multipart/mixed; hp=\"cipher\";\r\n"
	    "\tboundary=\"%s\"\r\n\r\n--%s\r\n",
	    boundary, boundary);
	if (put(fd, text, why) == -1 ||
	    put_entity(fd, f, type, true, why) == -1)
		return -1;
	snprintf(text, sizeof text, "\r\n--%s--\r\n", boundary);
	return put(fd, text, why);
}

int
protect_inner(int fd, const struct fields *f, struct reason *why)
{
	const struct field *type = NULL;

	for (size_t i = 0; type == NULL && i < f->count; i++)
		if (fields_named(&f->list[i], "Content-Type"))
			type = &f->list[i];
	if (put_protected(fd, f, why) == -1 || put_outer(fd, f, why) == -1)
		return -1;
	if (type != NULL && is_layer(type))
		return put_wrapped(fd, f, type, why);
	return put_entity(fd, f, type, false, why);
}
