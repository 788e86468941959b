/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "certs/fields.h"
#include "certs/named.h"
#include "milter/base/banned.h"

struct named {
	struct fields fields;
};

struct named *
named_open(int message, struct reason *why)
{
	struct named *n = calloc(1, sizeof *n);

	if (n == NULL) {
		reason_set(why, "no memory for the header");
		return NULL;
	}
	if (fields_open(&n->fields, message, why) == 0)
		return n;
	named_close(&n);
	return NULL;
}

void
named_close(struct named **n)
{
	if (*n == NULL)
		return;
	fields_close(&(*n)->fields);
	free(*n);
	*n = NULL;
}

/* Could the character belong to an address (RFC 5322, 3.4.1)? */
static bool
of_address(char c)
{
	return (unsigned char)c >= 0x80 || (c >= '0' && c <= '9') ||
	       (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~.@\"\\", c) != NULL);
}

static bool
stands_at(const char *text, size_t len, size_t at, const char *address,
    size_t want)
{
	if (strncasecmp(text + at, address, want) != 0)
		return false;
	return (at == 0 || !of_address(text[at - 1])) &&
	       (at + want == len || !of_address(text[at + want]));
}

static bool
field_has(const struct field *field, const char *address)
{
	size_t want = strlen(address);

	for (size_t at = 0; at + want <= field->value_len; at++)
		if (stands_at(field->value, field->value_len, at, address,
			want))
			return true;
	return false;
}

bool
named_has(const struct named *n, const char *address)
{
	for (size_t i = 0; i < n->fields.count; i++) {
		const struct field *field = &n->fields.list[i];

		if (fields_names_recipients(field) && field_has(field, address))
			return true;
	}
	return false;
}
