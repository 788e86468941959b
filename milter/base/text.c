/* SPDX-License-Identifier: ISC */
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "milter/base/count.h"
#include "milter/base/text.h"
#include "milter/base/banned.h"

struct range {
	uint32_t first, last;
};

/*
 * Characters that change how their neighbours look, or are not seen at all:
 * they make a name or an address lie to the person who reads it.
 */
static const struct range hidden[] = {
	{ 0x00AD, 0x00AD }, /* soft hyphen */
	{ 0x034F, 0x034F }, /* combining grapheme joiner */
	{ 0x061C, 0x061C }, /* Arabic letter mark */
	{ 0x115F, 0x1160 }, /* Hangul fillers */
	{ 0x17B4, 0x17B5 }, /* Khmer inherent vowels */
	{ 0x180B, 0x180F }, /* Mongolian selectors */
	{ 0x200B, 0x200F }, /* zero-width; LRM, RLM */
	{ 0x2028, 0x202E }, /* line separators; embeddings, overrides */
	{ 0x2060, 0x206F }, /* word joiner; isolates; deprecated formats */
	{ 0x3164, 0x3164 }, /* Hangul filler */
	{ 0xFE00, 0xFE0F }, /* variation selectors */
	{ 0xFEFF, 0xFEFF }, /* byte order mark */
	{ 0xFFA0, 0xFFA0 }, /* half-width Hangul filler */
	{ 0xFFF9, 0xFFFB }, /* interlinear annotation */
	{ 0xE0000, 0xE0FFF }, /* tags; more variation selectors */
};

/* How long the UTF-8 character is that begins with this byte, and the least
 * value it may have (RFC 3629: no overlong forms). 0: none begins so. */
static size_t
begins(unsigned char c, uint32_t *value, uint32_t *least)
{
	if (c < 0x80) {
		*value = c;
		*least = 0;
		return 1;
	}
	if (c >= 0xC2 && c <= 0xDF) {
		*value = c & 0x1F;
		*least = 0x80;
		return 2;
	}
	if (c >= 0xE0 && c <= 0xEF) {
		*value = c & 0x0F;
		*least = 0x800;
		return 3;
	}
	if (c >= 0xF0 && c <= 0xF4) {
		*value = c & 0x07;
		*least = 0x10000;
		return 4;
	}
	return 0;
}

/* Reads one character. Its length, or 0 if there is no well-formed one. */
static size_t
character(const char *bytes, size_t len, uint32_t *value)
{
	const unsigned char *at = (const unsigned char *)bytes;
	uint32_t least;
	size_t n = begins(at[0], value, &least);

	if (n == 0 || n > len)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if ((at[i] & 0xC0) != 0x80)
			return 0;
		*value = *value << 6 | (at[i] & 0x3F);
	}
	if (*value < least || *value > 0x10FFFF ||
	    (*value >= 0xD800 && *value <= 0xDFFF))
		return 0;
	return n;
}

static bool
is_hidden(uint32_t value)
{
	for (size_t i = 0; i < COUNT(hidden); i++)
		if (value >= hidden[i].first && value <= hidden[i].last)
			return true;
	return false;
}

/* Writes one character, made safe, to shown; returns the bytes it took. */
static size_t
show(char shown[16], const char *bytes, size_t len)
{
	uint32_t value = 0;
	size_t n = character(bytes, len, &value);

	if (n == 0 || value < 0x20 || value == 0x7F) {
		snprintf(shown, 16, "\\x%02x", (unsigned char)bytes[0]);
		return 1;
	}
	if (is_hidden(value) || (value >= 0x80 && value < 0xA0)) {
		snprintf(shown, 16, "<U+%04X>", (unsigned)value);
		return n;
	}
	memcpy(shown, bytes, n);
	shown[n] = '\0';
	return n;
}

/* Ends a cut text in "...", at the last place where it fits. */
static bool
cut(char *out, size_t fits, size_t size)
{
	size_t dots = size > 3 ? 3 : size - 1;

	memset(out + fits, '.', dots);
	out[fits + dots] = '\0';
	return false;
}

bool
text_printable(char *out, size_t size, const char *bytes, size_t len)
{
	size_t to = 0, fits = 0;
	char shown[16];

	for (size_t at = 0; at < len;) {
		at += show(shown, bytes + at, len - at);
		size_t n = strlen(shown);
		if (to + n >= size)
			return cut(out, fits, size);
		memcpy(out + to, shown, n);
		to += n;
		if (to + 3 < size)
			fits = to;
	}
	out[to] = '\0';
	return true;
}

bool
text_is_utf8(const char *bytes, size_t len)
{
	uint32_t value;

	for (size_t at = 0, n; at < len; at += n) {
		n = character(bytes + at, len - at, &value);
		if (n == 0)
			return false;
	}
	return true;
}

bool
text_in(const char *s, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcasecmp(s, list[i]) == 0)
			return true;
	return false;
}

bool
text_starts(const char *s, const char *with)
{
	return strncasecmp(s, with, strlen(with)) == 0;
}

bool
text_ends(const char *s, const char *with)
{
	size_t have = strlen(s), len = strlen(with);

	return have >= len && strcasecmp(s + have - len, with) == 0;
}

bool
text_holds(const void *bytes, size_t len, const char *text)
{
	const char *at = bytes;
	size_t want = strlen(text);
	int first = tolower((unsigned char)text[0]);

	for (; len >= want; at++, len--)
		if (tolower((unsigned char)*at) == first &&
		    strncasecmp(at, text, want) == 0)
			return true;
	return false;
}

void
text_lower(char *s)
{
	/* Without a branch: in Base64 every second one would be mispredicted,
	 * and this runs over every attachment. */
	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		*s = (char)(c | ((unsigned)(c - 'A') < 26) << 5);
	}
}
