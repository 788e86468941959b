/* SPDX-License-Identifier: ISC */
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "milter/inspect/skeleton.h"
#include "milter/base/banned.h"

/* Writers of base64 fill their lines to 60 characters at least;
 * shorter ones (the last of an attachment, odd writers) stay. */
enum { ENCODED_LEAST = 60 };

static bool
is_encoded(const unsigned char *line, size_t len)
{
	while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == '\r'))
		len--;
	if (len < ENCODED_LEAST)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!isalnum(line[i]) && line[i] != '+' && line[i] != '/' &&
		    line[i] != '=')
			return false;
	return true;
}

const unsigned char *
skeleton_of(const struct message *m, size_t *len)
{
	unsigned char *kept = arena_get(m->arena, m->size + 1);
	const unsigned char *line = m->bytes, *end = m->bytes + m->size;
	size_t used = 0;

	while (line < end) {
		const unsigned char *next =
		    memchr(line, '\n', (size_t)(end - line));
		size_t size = next == NULL ? (size_t)(end - line)
					   : (size_t)(next - line) + 1;

		if (!is_encoded(line, size)) {
			memcpy(kept + used, line, size);
			used += size;
		}
		line += size;
	}
	*len = used;
	return kept;
}
