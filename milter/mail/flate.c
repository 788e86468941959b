/* SPDX-License-Identifier: ISC */
#include <zlib.h>

#include "milter/mail/flate.h"
#include "milter/base/banned.h"

enum { BLOCK = 16384 };

enum flate
flate_unpack(struct span in, bool bare, struct buf *out)
{
	z_stream z = { .next_in = (unsigned char *)in.at,
		.avail_in = (unsigned)(in.len > 1u << 30 ? 1u << 30 : in.len) };
	unsigned char block[BLOCK];
	bool room = true;
	int result;

	if (inflateInit2(&z, bare ? -MAX_WBITS : MAX_WBITS) != Z_OK)
		return FLATE_FAULT;
	do {
		z.next_out = block;
		z.avail_out = sizeof block;
		result = inflate(&z, Z_NO_FLUSH);
		room = buf_add(out, block, sizeof block - z.avail_out) == 0;
	} while (
	    room && result == Z_OK && (z.avail_in > 0 || z.avail_out == 0));
	inflateEnd(&z);
	if (!room)
		return FLATE_LIMIT;
	return result == Z_STREAM_END ? FLATE_WHOLE : FLATE_FAULT;
}
