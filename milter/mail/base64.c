/* SPDX-License-Identifier: ISC */
#include <stdint.h>

#include "milter/mail/base64.h"
#include "milter/base/banned.h"

/* What a byte means beside the values 0 to 63. */
enum { BLANK = 64, PAD = 65, OTHER = 66 };

struct quad {
	uint32_t bits;
	int digits;
	int pads;
	bool ended; /* padding was seen: strict readers have stopped */
};

static unsigned char meaning[256];

static void
fill_meaning(void)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";

	for (int i = 0; i < 256; i++)
		meaning[i] = OTHER;
	for (unsigned char i = 0; i < 64; i++)
		meaning[(unsigned char)digits[i]] = i;
	meaning[' '] = meaning['\t'] = meaning['\r'] = meaning['\n'] = BLANK;
	meaning['='] = PAD;
}

static void
odd(struct base64 *b, const unsigned char *at, const char *what)
{
	if (b->odd)
		return;
	b->odd = what;
	b->at = at;
}

/* Writes the bytes of a quad that ends early: two digits make one byte, three
 * make two. */
static unsigned char *
finish(struct quad *q, unsigned char *out)
{
	if (q->digits >= 2)
		*out++ = (unsigned char)(q->bits >> (q->digits * 6 - 8));
	if (q->digits == 3)
		*out++ = (unsigned char)(q->bits >> 2);
	q->bits = 0;
	q->digits = 0;
	return out;
}

static unsigned char *
digit(struct base64 *b, struct quad *q, const unsigned char *at,
    unsigned char *out)
{
	if (q->ended)
		odd(b, at, "data after padding");
	q->ended = false;
	q->pads = 0;
	q->bits = q->bits << 6 | meaning[*at];
	if (++q->digits < 4)
		return out;
	*out++ = (unsigned char)(q->bits >> 16);
	*out++ = (unsigned char)(q->bits >> 8);
	*out++ = (unsigned char)q->bits;
	q->digits = 0;
	q->bits = 0;
	return out;
}

static unsigned char *
pad(struct base64 *b, struct quad *q, const unsigned char *at,
    unsigned char *out)
{
	if (q->digits == 1 || (q->digits == 0 && !q->ended))
		odd(b, at, "padding in the wrong place");
	if (q->digits > 0)
		q->pads = 4 - q->digits;
	if (q->pads-- <= 0)
		odd(b, at, "too much padding");
	q->ended = true;
	return finish(q, out);
}

/* Whole quads without blanks between, which is nearly all of any body. */
static struct span
fast(struct span in, unsigned char **out)
{
	while (in.len >= 4) {
		unsigned a = meaning[in.at[0]], b = meaning[in.at[1]];
		unsigned c = meaning[in.at[2]], d = meaning[in.at[3]];
		uint32_t bits = a << 18 | b << 12 | c << 6 | d;

		if ((a | b | c | d) >= BLANK)
			break;
		*(*out)++ = (unsigned char)(bits >> 16);
		*(*out)++ = (unsigned char)(bits >> 8);
		*(*out)++ = (unsigned char)bits;
		in = span_from(in, 4);
	}
	return in;
}

size_t
base64_decode(struct base64 *b, struct span in, unsigned char *out)
{
	const unsigned char *start = out;
	struct quad q = { .bits = 0 };

	if (meaning['='] != PAD)
		fill_meaning();
	while (in.len > 0) {
		unsigned char m = meaning[in.at[0]];

		if (m < BLANK && q.digits == 0 && !q.ended)
			in = fast(in, &out);
		if (in.len == 0)
			break;
		m = meaning[in.at[0]];
		if (m < BLANK)
			out = digit(b, &q, in.at, out);
		else if (m == PAD)
			out = pad(b, &q, in.at, out);
		else if (m == OTHER)
			odd(b, in.at, "a character that is not base64");
		else if (*in.at == '\n' && q.digits > 0)
			b->ragged = true;
		in = span_from(in, 1);
	}
	if (q.digits > 0)
		odd(b, in.at, "the last characters are no whole byte");
	out = finish(&q, out);
	return (size_t)(out - start);
}
