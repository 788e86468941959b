/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/mail/mapi.h"
#include "milter/mail/rtf.h"
#include "milter/base/banned.h"

/* The window begins with words that RTF is full of (MS-OXRTFCP 2.1.2.1). */
static const char dictionary[] =
    "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman "
    "\\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New "
    "RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    "\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

enum {
	WINDOW = 4096,
	COMPRESSED = 0x75465a4c, /* "LZFu" */
	STORED = 0x414c454d, /* "MELA" */
	REFERENCE_MOST = 17
};

struct unpack {
	unsigned char window[WINDOW];
	size_t at; /* next in the window */
	unsigned char *out;
	size_t len, room;
};

static void
emit(struct unpack *u, unsigned char c)
{
	u->window[u->at++ % WINDOW] = c;
	if (u->len < u->room)
		u->out[u->len++] = c;
}

/* Copies what two bytes point to in the window; false at the end mark, which
 * is a pointer to where the window ends. */
static bool
reference(struct unpack *u, struct span *in)
{
	unsigned high, low;
	size_t from, count;

	if (in->len < 2)
		return false;
	high = in->at[0];
	low = in->at[1];
	*in = span_from(*in, 2);
	from = high << 4 | low >> 4;
	count = (low & 15) + 2;
	if (from == u->at % WINDOW)
		return false;
	for (size_t i = 0; i < count; i++)
		emit(u, u->window[(from + i) % WINDOW]);
	return true;
}

static void
unpack(struct unpack *u, struct span in)
{
	unsigned flags = 0;

	for (int bit = 0; in.len > 0 && u->len < u->room; bit++) {
		if (bit % 8 == 0) {
			flags = mapi_number(&in, 1);
			if (in.len == 0)
				return;
		}
		if (flags >> bit % 8 & 1) {
			if (!reference(u, &in))
				return;
		} else {
			emit(u, in.at[0]);
			in = span_from(in, 1);
		}
	}
}

struct span
rtf_plain(struct reading *r, struct node *n, struct span packed)
{
	struct unpack u = { .at = sizeof dictionary - 1 };
	struct span in = packed;
	size_t size, most;
	uint32_t kind;

	(void)mapi_number(&in, 4);
	size = mapi_number(&in, 4);
	kind = mapi_number(&in, 4);
	(void)mapi_number(&in, 4); /* checksum */
	if (kind == STORED)
		return in;
	most = in.len * REFERENCE_MOST;
	if (kind != COMPRESSED || in.len == 0) {
		reading_mark(r, n, MARK_UNDECODED, n->whole.at,
		    "compressed RTF of no kind that is known");
		return packed;
	}
	memcpy(u.window, dictionary, sizeof dictionary - 1);
	u.room = reading_take(r, n, size < most ? size : most);
	u.out = arena_get(r->message->arena, u.room + 1);
	unpack(&u, in);
	return (struct span){ u.out, u.len };
}
