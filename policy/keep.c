/* SPDX-License-Identifier: ISC */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "milter/base/text.h"
#include "policy/keep.h"
#include "milter/base/banned.h"

enum { LONGEST = 1024 };

static void *
or_end(void *memory)
{
	if (memory == NULL)
		abort();
	return memory;
}

char *
keep_printable(const char *text, size_t size)
{
	char line[LONGEST];

	assert(size <= sizeof line);
	text_printable(line, size, text, strlen(text));
	return or_end(strdup(line));
}

/* The array doubles when count reaches a power of two, so that a flood of
 * parts costs no more than twice its own size. */
void *
keep_more(void *array, size_t count, size_t size)
{
	char *bigger = array;

	if ((count & (count - 1)) == 0)
		bigger = or_end(
		    reallocarray(array, count == 0 ? 1 : 2 * count, size));
	memset(bigger + count * size, 0, size);
	return bigger;
}

void *
keep_room(size_t size)
{
	return or_end(calloc(1, size));
}
