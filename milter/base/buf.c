/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "milter/base/buf.h"
#include "milter/base/banned.h"

void
buf_init(struct buf *b, size_t limit)
{
	*b = (struct buf){ .limit = limit };
}

/* Makes room for more bytes and the NUL behind them. */
static int
grow(struct buf *b, size_t more)
{
	if (more > b->limit - b->len)
		return -1;
	if (b->data != NULL && more < b->size - b->len)
		return 0;
	size_t need = b->len + more;
	size_t size = need < 64 ? 64 : need;
	/* Doubling keeps a message that comes line by line linear. */
	if (size < b->size * 2)
		size = b->size * 2;
	if (size > b->limit)
		size = b->limit;
	unsigned char *data = realloc(b->data, size + 1);
	if (data == NULL)
		return -1;
	b->data = data;
	b->size = size + 1;
	return 0;
}

int
buf_add(struct buf *b, const void *bytes, size_t len)
{
	if (grow(b, len) != 0)
		return -1;
	if (len > 0)
		memcpy(b->data + b->len, bytes, len);
	b->len += len;
	b->data[b->len] = '\0';
	return 0;
}

int
buf_string(struct buf *b, const char *s)
{
	return buf_add(b, s, strlen(s));
}

int
buf_printf(struct buf *b, const char *format, ...)
{
	va_list args, again;

	va_start(args, format);
	va_copy(again, args);
	int len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0 || grow(b, (size_t)len) != 0) {
		va_end(again);
		return -1;
	}
	vsnprintf((char *)b->data + b->len, (size_t)len + 1, format, again);
	va_end(again);
	b->len += (size_t)len;
	return 0;
}

const char *
buf_text(const struct buf *b)
{
	return b->data == NULL ? "" : (const char *)b->data;
}

void
buf_clear(struct buf *b)
{
	b->len = 0;
	if (b->data != NULL)
		b->data[0] = '\0';
}

void
buf_free(struct buf *b)
{
	free(b->data);
	buf_init(b, b->limit);
}
