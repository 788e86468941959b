/* SPDX-License-Identifier: ISC */
#include <string.h>
#include <strings.h>

#include "milter/base/text.h"
#include "milter/mail/span.h"
#include "milter/base/banned.h"

struct span
span_string(const char *s)
{
	return (struct span){ (const unsigned char *)s, strlen(s) };
}

struct span
span_from(struct span s, size_t skip)
{
	if (skip > s.len)
		skip = s.len;
	if (skip == 0)
		return s;
	return (struct span){ s.at + skip, s.len - skip };
}

static bool
is_space(unsigned char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct span
span_trim(struct span s)
{
	while (s.len > 0 && is_space(s.at[0]))
		s = span_from(s, 1);
	while (s.len > 0 && is_space(s.at[s.len - 1]))
		s.len--;
	return s;
}

bool
span_line(struct span *rest, struct span *line)
{
	size_t end;

	if (rest->len == 0)
		return false;
	end = span_find(*rest, '\n');
	if (end < rest->len)
		end++;
	*line = (struct span){ rest->at, end };
	*rest = span_from(*rest, end);
	return true;
}

struct span
span_chomp(struct span line)
{
	if (line.len > 0 && line.at[line.len - 1] == '\n')
		line.len--;
	if (line.len > 0 && line.at[line.len - 1] == '\r')
		line.len--;
	return line;
}

bool
span_is(struct span s, const char *text)
{
	return s.len == strlen(text) && span_starts(s, text);
}

bool
span_starts(struct span s, const char *text)
{
	size_t len = strlen(text);

	return len == 0 || (s.len >= len &&
			       strncasecmp((const char *)s.at, text, len) == 0);
}

bool
span_begins(struct span s, struct span with)
{
	return with.len == 0 ||
	       (s.len >= with.len && memcmp(s.at, with.at, with.len) == 0);
}

size_t
span_find(struct span s, int c)
{
	const unsigned char *hit = s.len ? memchr(s.at, c, s.len) : NULL;

	return hit ? (size_t)(hit - s.at) : s.len;
}

char *
span_copy(struct arena *a, struct span s)
{
	return arena_copy(a, s.len ? (const char *)s.at : "", s.len);
}

char *
span_lower(struct arena *a, struct span s)
{
	char *copy = span_copy(a, s);

	text_lower(copy);
	return copy;
}

int
span_hex(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}
