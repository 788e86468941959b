/* SPDX-License-Identifier: ISC */
#include <string.h>
#include <zlib.h>

#include "milter/mail/cipher.h"
#include "milter/mail/mapi.h"
#include "milter/mail/sevenlist.h"
#include "milter/base/banned.h"

enum {
	END = 0x00,
	PACK_INFO = 0x06,
	CODERS_INFO = 0x07,
	SUBSTREAMS = 0x08,
	SIZES = 0x09,
	CRCS = 0x0a,
	FOLDERS = 0x0b,
	CODER_SIZES = 0x0c,
	STREAM_COUNTS = 0x0d,
	MOST = 20000 /* folders or streams */
};

/* What is read; bad once something was not there. */
struct in {
	struct span s;
	bool bad;
};

static unsigned
byte(struct in *in)
{
	unsigned c;

	if (in->s.len == 0) {
		in->bad = true;
		return 0;
	}
	c = in->s.at[0];
	in->s = span_from(in->s, 1);
	return c;
}

/* The bits of the first byte that are set tell how many bytes follow. */
static uint64_t
number(struct in *in)
{
	unsigned first = byte(in), mask = 0x80;
	uint64_t n = 0;

	for (int i = 0; i < 8; i++, mask >>= 1) {
		if (!(first & mask))
			return n | (uint64_t)(first & (mask - 1)) << 8 * i;
		n |= (uint64_t)byte(in) << 8 * i;
	}
	return n;
}

/* A number that counts what takes a byte each, at least. */
static size_t
count(struct in *in)
{
	uint64_t n = number(in);

	if (n > MOST || n > in->s.len + 1) {
		in->bad = true;
		return 0;
	}
	return (size_t)n;
}

static struct span
take(struct in *in, uint64_t len)
{
	struct span s = in->s;

	if (len > s.len) {
		in->bad = true;
		len = 0;
	}
	s.len = (size_t)len;
	in->s = span_from(in->s, s.len);
	return s;
}

static bool
next_is(struct in *in, unsigned id)
{
	if (in->s.len == 0 || in->s.at[0] != id)
		return false;
	in->s = span_from(in->s, 1);
	return true;
}

static void
expect(struct in *in, unsigned id)
{
	if (!next_is(in, id))
		in->bad = true;
}

/* Checksums of n streams; where they go, or NULL. Tells if all have one. */
static bool
crcs(struct in *in, size_t n, struct seven_folder *to)
{
	bool all = byte(in) != 0, complete = true;
	struct span bits = { NULL, 0 };

	if (!all)
		bits = take(in, (n + 7) / 8);
	for (size_t i = 0; i < n && !in->bad; i++) {
		struct span crc;

		if (!all && !(bits.at[i / 8] & 0x80 >> i % 8)) {
			complete = false;
			continue;
		}
		crc = take(in, 4);
		if (to != NULL) {
			to[i].has_crc = crc.len == 4;
			to[i].crc = mapi_number(&crc, 4);
		}
	}
	return complete;
}

static void
read_packs(struct arena *a, struct in *in, struct seven_list *l)
{
	expect(in, PACK_INFO);
	l->at = number(in);
	l->packs = count(in);
	l->pack = arena_get(a, (l->packs + 1) * sizeof *l->pack);
	if (next_is(in, SIZES))
		for (size_t i = 0; i < l->packs; i++)
			l->pack[i] = number(in);
	if (next_is(in, CRCS))
		(void)crcs(in, l->packs, NULL);
	expect(in, END);
}

static void
read_coder(struct in *in, struct seven_coder *c)
{
	unsigned flags = byte(in);

	c->id = take(in, flags & 0x0f);
	c->ins = 1;
	if (flags & 0x10) {
		uint64_t ins = number(in);

		if (ins == 0 || ins > SEVEN_CODERS || number(in) != 1)
			in->bad = true;
		c->ins = (size_t)ins;
	}
	if (flags & 0x20)
		c->props = take(in, number(in));
	if (flags & 0xc0)
		in->bad = true;
}

static size_t
index_below(struct in *in, size_t most)
{
	uint64_t n = number(in);

	if (n >= most) {
		in->bad = true;
		return 0;
	}
	return (size_t)n;
}

/* The only place where a packed stream can go in need not be told. */
static void
find_pack(struct in *in, struct seven_folder *f, size_t ins)
{
	for (size_t i = 0; i < ins; i++) {
		bool bound = false;

		for (size_t b = 0; b < f->binds; b++)
			bound |= f->bind_in[b] == i;
		if (!bound) {
			f->pack_in[0] = i;
			return;
		}
	}
	in->bad = true;
}

static void
read_folder(struct in *in, struct seven_folder *f)
{
	size_t ins = 0;

	f->coders = count(in);
	if (f->coders == 0 || f->coders > SEVEN_CODERS) {
		in->bad = true;
		return;
	}
	for (size_t i = 0; i < f->coders; i++) {
		read_coder(in, &f->coder[i]);
		ins += f->coder[i].ins;
	}
	f->binds = f->coders - 1;
	if (in->bad || ins > SEVEN_STREAMS || ins < f->coders) {
		in->bad = true;
		return;
	}
	f->packs = ins - f->binds;
	for (size_t i = 0; i < f->binds; i++) {
		f->bind_in[i] = index_below(in, ins);
		f->bind_out[i] = index_below(in, f->coders);
	}
	if (f->packs == 1)
		find_pack(in, f, ins);
	for (size_t i = 0; f->packs > 1 && i < f->packs; i++)
		f->pack_in[i] = index_below(in, ins);
}

static void
read_folders(struct arena *a, struct in *in, struct seven_list *l)
{
	size_t packs = 0;

	expect(in, CODERS_INFO);
	expect(in, FOLDERS);
	l->folders = count(in);
	l->folder = arena_get(a, (l->folders + 1) * sizeof *l->folder);
	expect(in, 0); /* not in another stream */
	for (size_t i = 0; i < l->folders && !in->bad; i++) {
		read_folder(in, &l->folder[i]);
		packs += l->folder[i].packs;
	}
	expect(in, CODER_SIZES);
	for (size_t i = 0; i < l->folders && !in->bad; i++)
		for (size_t c = 0; c < l->folder[i].coders; c++)
			l->folder[i].size[c] = number(in);
	if (next_is(in, CRCS))
		(void)crcs(in, l->folders, l->folder);
	expect(in, END);
	if (packs != l->packs)
		in->bad = true;
}

bool
sevenlist_read(struct arena *a, struct span *s, struct seven_list *l)
{
	struct in in = { .s = *s };

	read_packs(a, &in, l);
	if (!in.bad)
		read_folders(a, &in, l);
	*s = l->rest = in.s;
	return !in.bad;
}

bool
sevenlist_checked(const struct seven_list *l)
{
	struct in in = { .s = l->rest };
	bool counts, sizes, complete = true;
	size_t missing = 0, more = 0;

	if (!next_is(&in, SUBSTREAMS))
		return false;
	counts = next_is(&in, STREAM_COUNTS);
	for (size_t i = 0; i < l->folders && !in.bad; i++) {
		uint64_t n = counts ? number(&in) : 1;

		if (n > in.s.len)
			return false;
		more += n > 1 ? (size_t)n - 1 : 0;
		missing += n == 1 && l->folder[i].has_crc ? 0 : (size_t)n;
	}
	sizes = next_is(&in, SIZES);
	for (size_t i = 0; sizes && i < more && !in.bad; i++)
		(void)number(&in);
	if (missing > 0)
		complete = next_is(&in, CRCS) && crcs(&in, missing, NULL);
	return complete && !in.bad;
}

static int
put_byte(struct buf *out, unsigned c)
{
	unsigned char b = (unsigned char)c;

	return buf_add(out, &b, 1);
}

static void
put_number(struct buf *out, uint64_t n)
{
	unsigned first = 0, mask = 0x80;
	int more = 0;

	while (more < 8 && n >> 7 * (more + 1) != 0) {
		first |= mask;
		mask >>= 1;
		more++;
	}
	if (more < 8)
		first |= (unsigned)(n >> 8 * more);
	(void)put_byte(out, first);
	for (int i = 0; i < more; i++)
		(void)put_byte(out, (unsigned)(n >> 8 * i) & 0xff);
}

static void
put_folder(struct buf *out, const struct seven_folder *f)
{
	put_number(out, f->coders);
	for (size_t i = 0; i < f->coders; i++) {
		const struct seven_coder *c = &f->coder[i];

		(void)put_byte(out, (unsigned)c->id.len |
					(c->ins > 1 ? 0x10 : 0) |
					(c->props.len > 0 ? 0x20 : 0));
		(void)buf_add(out, c->id.at, c->id.len);
		if (c->ins > 1) {
			put_number(out, c->ins);
			put_number(out, 1);
		}
		if (c->props.len > 0)
			put_number(out, c->props.len);
		(void)buf_add(out, c->props.at, c->props.len);
	}
	for (size_t i = 0; i < f->binds; i++) {
		put_number(out, f->bind_in[i]);
		put_number(out, f->bind_out[i]);
	}
	for (size_t i = 0; f->packs > 1 && i < f->packs; i++)
		put_number(out, f->pack_in[i]);
}

static void
put_crcs(struct buf *out, const struct seven_list *l)
{
	(void)put_byte(out, CRCS);
	(void)put_byte(out, 0);
	for (size_t i = 0; i < l->folders; i += 8) {
		unsigned bits = 0;

		for (size_t k = i; k < i + 8 && k < l->folders; k++)
			bits |= l->folder[k].has_crc ? 0x80u >> (k - i) : 0;
		(void)put_byte(out, bits);
	}
	for (size_t i = 0; i < l->folders; i++) {
		uint8_t crc[4];

		cipher_little(l->folder[i].crc, crc);
		if (l->folder[i].has_crc)
			(void)buf_add(out, crc, sizeof crc);
	}
}

int
sevenlist_write(struct buf *out, const struct seven_list *l)
{
	(void)put_byte(out, PACK_INFO);
	put_number(out, l->at);
	put_number(out, l->packs);
	(void)put_byte(out, SIZES);
	for (size_t i = 0; i < l->packs; i++)
		put_number(out, l->pack[i]);
	(void)put_byte(out, END);
	(void)put_byte(out, CODERS_INFO);
	(void)put_byte(out, FOLDERS);
	put_number(out, l->folders);
	(void)put_byte(out, 0);
	for (size_t i = 0; i < l->folders; i++)
		put_folder(out, &l->folder[i]);
	(void)put_byte(out, CODER_SIZES);
	for (size_t i = 0; i < l->folders; i++)
		for (size_t c = 0; c < l->folder[i].coders; c++)
			put_number(out, l->folder[i].size[c]);
	put_crcs(out, l);
	return put_byte(out, END);
}

void
sevenlist_head(struct span header, uint64_t at, unsigned char head[SEVEN_HEAD])
{
	static const unsigned char magic[] = { '7', 'z', 0xbc, 0xaf, 0x27, 0x1c,
		0, 4 };
	uint32_t numbers[] = { (uint32_t)at, (uint32_t)(at >> 32),
		(uint32_t)header.len, 0,
		(uint32_t)crc32_z(0, header.at, header.len) };

	for (size_t i = 0; i < sizeof magic; i++)
		head[i] = magic[i];
	for (size_t i = 0; i < 5; i++)
		cipher_little(numbers[i], head + 12 + 4 * i);
	cipher_little((uint32_t)crc32_z(0, head + 12, 20), head + 8);
}
