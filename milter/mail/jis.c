/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "milter/base/count.h"
#include "milter/mail/jis.h"
#include "milter/base/banned.h"

enum set { ASCII, KANA, X0208, X0212 };

static const struct {
	const char *escape;
	enum set set;
} escapes[] = {
	{ "\033$B", X0208 }, { "\033$@", X0208 }, { "\033(B", ASCII },
	{ "\033(J", ASCII }, { "\033(I", KANA }, { "\033$(D", X0212 },
	{ "\033$(B", X0208 }, { "\033$(@", X0208 },
	{ "\033(H", ASCII }, /* what early JUNET software wrote for J */
};

/* The length of the escape sequence that s begins with, or 0. */
static size_t
escape(struct span s, enum set *set)
{
	for (size_t i = 0; i < COUNT(escapes); i++) {
		struct span e = span_string(escapes[i].escape);

		if (!span_begins(s, e))
			continue;
		*set = escapes[i].set;
		return e.len;
	}
	return 0;
}

static bool
in_set(unsigned char c)
{
	return c > 0x20 && c < 0x7f;
}

/* Writes the character that s begins with; how many bytes of s it took. */
static size_t
character(struct span s, enum set set, unsigned char **out)
{
	bool two = set == X0208 || set == X0212;

	if (set == ASCII || !in_set(s.at[0]) ||
	    (two && (s.len < 2 || !in_set(s.at[1])))) {
		*(*out)++ = s.at[0];
		return 1;
	}
	if (set == KANA)
		*(*out)++ = 0x8e;
	if (set == X0212)
		*(*out)++ = 0x8f;
	*(*out)++ = s.at[0] | 0x80;
	if (!two)
		return 1;
	*(*out)++ = s.at[1] | 0x80;
	return 2;
}

unsigned char *
jis_to_euc(struct span s, size_t *len)
{
	unsigned char *euc = malloc(2 * s.len + 1), *out = euc;
	enum set set = ASCII;

	if (euc == NULL)
		return NULL;
	while (s.len > 0) {
		size_t plain = set == ASCII ? span_find(s, 033) : 0;
		size_t n;

		memcpy(out, s.at, plain);
		out += plain;
		s = span_from(s, plain);
		if (s.len == 0)
			break;
		n = s.at[0] == 033 ? escape(s, &set) : 0;

		if (n == 0)
			n = character(s, set, &out);
		s = span_from(s, n);
	}
	*len = (size_t)(out - euc);
	return euc;
}

bool
jis_escapes(struct span s)
{
	enum set set;

	for (;;) {
		s = span_from(s, span_find(s, 033));
		if (s.len == 0)
			return false;
		if (escape(s, &set) > 0)
			return true;
		s = span_from(s, 1);
	}
}
