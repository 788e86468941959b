/* SPDX-License-Identifier: ISC */
#include "milter/mail/mapi.h"
#include "milter/base/banned.h"

enum { MULTIPLE = 0x1000, NAMED = 0x8000, GUID = 16 };

uint32_t
mapi_number(struct span *s, size_t bytes)
{
	uint32_t n = 0;

	if (s->len < bytes) {
		*s = span_from(*s, s->len);
		return 0;
	}
	for (size_t i = bytes; i > 0; i--)
		n = n << 8 | s->at[i - 1];
	*s = span_from(*s, bytes);
	return n;
}

/* Takes len bytes and what pads them to four; false if they are not there. */
static bool
take(struct span *s, uint32_t len, struct span *value)
{
	if (len > s->len)
		return false;
	*value = (struct span){ s->at, len };
	*s = span_from(*s, ((size_t)len + 3) & ~(size_t)3);
	return true;
}

/* A property with a name in place of a number: the name says nothing to us. */
static bool
skip_name(struct span *s)
{
	struct span name;
	uint32_t kind;

	*s = span_from(*s, GUID);
	kind = mapi_number(s, 4);
	if (kind == 0)
		return mapi_number(s, 4), true;
	return take(s, mapi_number(s, 4), &name);
}

/* The size of a value of fixed size, 0 for any other type. */
static uint32_t
fixed(uint32_t type)
{
	switch (type) {
	case 0x02: /* short, padded */
	case 0x03: /* long */
	case 0x04: /* float */
	case 0x0a: /* error */
	case 0x0b: /* boolean, padded */
		return 4;
	case 0x05: /* double */
	case 0x06: /* currency */
	case 0x07: /* time */
	case 0x14: /* long long */
	case 0x40: /* time */
		return 8;
	case 0x48:
		return GUID;
	default:
		return 0;
	}
}

static bool
is_variable(uint32_t type)
{
	return type == MAPI_TYPE_OBJECT || type == MAPI_TYPE_STRING ||
	       type == MAPI_TYPE_UNICODE || type == MAPI_TYPE_BINARY;
}

static bool
values(struct span *s, struct mapi *m)
{
	uint32_t type = m->type & ~(uint32_t)MULTIPLE;
	uint32_t size = fixed(type), count = 1;
	struct span value;

	if (size == 0 && !is_variable(type))
		return false;
	if (size == 0 || m->type & MULTIPLE)
		count = mapi_number(s, 4);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t len = size ? size : mapi_number(s, 4);

		if (s->len == 0 || !take(s, len, &value))
			return false;
		if (i == 0 && size == 0)
			m->value = value;
	}
	return true;
}

bool
mapi_next(struct span *s, struct mapi *m)
{
	*m = (struct mapi){ 0, 0, { NULL, 0 } };
	if (s->len < 4)
		return false;
	m->type = mapi_number(s, 2);
	m->id = mapi_number(s, 2);
	if (m->id >= NAMED && !skip_name(s))
		return false;
	return values(s, m);
}
