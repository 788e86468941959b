/* SPDX-License-Identifier: ISC */
#include <string.h>
#include <nettle/sha2.h>
#include <zlib.h>

#include "milter/mail/archive.h"
#include "milter/mail/cipher.h"
#include "milter/mail/mapi.h"
#include "milter/mail/sevenlist.h"
#include "milter/mail/sevenzip.h"
#include "milter/mail/unlock.h"
#include "milter/base/banned.h"

enum {
	HEADER = 0x01,
	MAIN_STREAMS = 0x04,
	ENCODED = 0x17,
	KEY = 32,
	SALT_MOST = 16,
	CYCLES_MOST = 24, /* as 7-Zip */
	CYCLES_NONE = 0x3f, /* the password itself is the key */
	BLOCK = 64, /* bytes that are hashed at once */
	HEADER_MOST = 16 << 20
};

/* What a coder's properties say, and the key made of it. */
struct key {
	unsigned cycles;
	struct span salt;
	uint8_t iv[CIPHER_BLOCK], key[KEY];
	bool made;
};

struct sevenzip {
	struct reading *r;
	struct span bytes;
	struct seven_list list; /* of the header, or of the members */
	bool sealed; /* the header is encrypted */
};

/* One archive being written without encryption. */
struct copy {
	struct sevenzip *z;
	struct seven_list list;
	const char *password;
	struct key key; /* the last */
	struct buf *out;
	uint64_t from; /* where the next packed stream begins */
};

static bool
is_aes(const struct seven_coder *c)
{
	static const unsigned char id[] = { 0x06, 0xf1, 0x07, 0x01 };

	return c->id.len == sizeof id && memcmp(c->id.at, id, sizeof id) == 0;
}

static bool
is_encrypted(const struct seven_list *l)
{
	for (size_t i = 0; i < l->folders; i++)
		for (size_t c = 0; c < l->folder[i].coders; c++)
			if (is_aes(&l->folder[i].coder[c]))
				return true;
	return false;
}

/* Reads the properties: cycles and sizes in two bytes, salt, first block. */
static bool
read_props(struct span s, struct key *k)
{
	unsigned first = (unsigned)mapi_number(&s, 1);
	unsigned second = first & 0xc0 ? (unsigned)mapi_number(&s, 1) : 0;
	size_t salt = (first >> 7 & 1) + (second >> 4);
	size_t iv = (first >> 6 & 1) + (second & 15);

	k->cycles = first & 0x3f;
	if (salt > SALT_MOST || iv > CIPHER_BLOCK || s.len < salt + iv)
		return false;
	k->salt = (struct span){ s.at, salt };
	for (size_t i = 0; i < CIPHER_BLOCK; i++)
		k->iv[i] = i < iv ? s.at[salt + i] : 0;
	return k->cycles <= CYCLES_MOST || k->cycles == CYCLES_NONE;
}

/* SHA-256 of salt, password and a number, again and again. */
static bool
make_key(struct reading *r, struct key *k, const char *password)
{
	uint8_t round[SALT_MOST + CIPHER_WIDE_MOST + 8] = { 0 };
	uint8_t wide[CIPHER_WIDE_MOST];
	struct span p = cipher_wide(password, wide);
	size_t at = k->salt.len + p.len;
	uint64_t rounds = (uint64_t)1 << k->cycles;
	struct sha256_ctx c;

	for (size_t i = 0; i < at; i++)
		round[i] =
		    i < k->salt.len ? k->salt.at[i] : p.at[i - k->salt.len];
	if (k->cycles == CYCLES_NONE) {
		for (size_t i = 0; i < KEY; i++)
			k->key[i] = round[i];
		return true;
	}
	if (!unlock_spend(r, rounds * (at + 8) / BLOCK + 1))
		return false;
	sha256_init(&c);
	for (uint64_t i = 0; i < rounds; i++) {
		cipher_little((uint32_t)i, round + at);
		sha256_update(&c, at + 8, round);
	}
	sha256_digest(&c, KEY, k->key);
	return true;
}

/* The key of a coder; the last one serves again when it is of the same kind. */
static bool
use_key(struct copy *c, struct span props)
{
	struct key next = { 0 };

	if (!read_props(props, &next))
		return false;
	if (c->key.made && c->key.cycles == next.cycles &&
	    c->key.salt.len == next.salt.len &&
	    (next.salt.len == 0 ||
		memcmp(c->key.salt.at, next.salt.at, next.salt.len) == 0))
		memcpy(next.key, c->key.key, KEY);
	else if (!make_key(c->z->r, &next, c->password))
		return false;
	next.made = true;
	c->key = next;
	return true;
}

/* The numbers behind a coder that is gone. */
static void
renumber(struct seven_folder *f, size_t coder, size_t in)
{
	for (size_t i = 0; i < f->binds; i++) {
		f->bind_in[i] -= f->bind_in[i] > in ? 1 : 0;
		f->bind_out[i] -= f->bind_out[i] > coder ? 1 : 0;
	}
	for (size_t i = 0; i < f->packs; i++)
		f->pack_in[i] -= f->pack_in[i] > in ? 1 : 0;
}

/* Takes a coder out of the folder: the packed stream that went into it goes
 * where it led. One that stands alone becomes the coder that does nothing. */
static bool
bypass(struct seven_folder *f, size_t coder, size_t pack)
{
	static const unsigned char stored[1] = { 0 };
	size_t in = f->pack_in[pack], b = 0;

	if (f->coders == 1) {
		f->coder[0] =
		    (struct seven_coder){ { stored, 1 }, { NULL, 0 }, 1 };
		return true;
	}
	while (b < f->binds && f->bind_out[b] != coder)
		b++;
	if (b == f->binds)
		return false;
	f->pack_in[pack] = f->bind_in[b];
	for (f->binds--; b < f->binds; b++) {
		f->bind_in[b] = f->bind_in[b + 1];
		f->bind_out[b] = f->bind_out[b + 1];
	}
	f->coders--;
	for (size_t i = coder; i < f->coders; i++) {
		f->coder[i] = f->coder[i + 1];
		f->size[i] = f->size[i + 1];
	}
	renumber(f, coder, in);
	return true;
}

/* The coder that a packed stream goes into, or NULL. */
static struct seven_coder *
coder_of(struct seven_folder *f, size_t pack)
{
	size_t in = f->pack_in[pack], coder = 0;

	while (coder < f->coders && in >= f->coder[coder].ins)
		in -= f->coder[coder++].ins;
	return coder < f->coders ? &f->coder[coder] : NULL;
}

/* Could a stream for this coder begin so? Most wrong passwords end here. */
static bool
begins_well(const struct seven_coder *c, uint8_t first)
{
	if (c != NULL && c->id.len == 1 && c->id.at[0] == 0x21) /* LZMA2 */
		return first == 1 || first >= 0xe0;
	if (c != NULL && c->id.len == 3 &&
	    memcmp(c->id.at, "\3\1\1", 3) == 0) /* LZMA */
		return first == 0;
	return true;
}

/* Decrypts the packed stream that out ends with, from at on. */
static bool
decrypt(struct copy *c, struct seven_folder *f, size_t pack, size_t at)
{
	struct seven_coder *coder = coder_of(f, pack);
	struct span s = { c->out->data + at, c->out->len - at };
	uint64_t plain = f->size[coder - f->coder];
	struct span first = { s.at, CIPHER_BLOCK };
	uint8_t begin[CIPHER_BLOCK];

	if (coder->ins != 1 || plain > s.len || s.len < CIPHER_BLOCK ||
	    !use_key(c, coder->props) ||
	    !bypass(f, (size_t)(coder - f->coder), pack))
		return false;
	cipher_aes(c->key.key, KEY, c->key.iv, first, begin);
	if (!begins_well(coder_of(f, pack), begin[0]))
		return false;
	cipher_aes(c->key.key, KEY, c->key.iv, s, c->out->data + at);
	c->out->len = at + (size_t)plain;
	return true;
}

/* Adds the packed streams of a folder to out, none encrypted. */
static bool
copy_folder(struct copy *c, struct seven_folder *f, uint64_t *sizes)
{
	for (size_t i = 0; i < f->packs; i++) {
		struct span s = span_from(c->z->bytes, (size_t)c->from);
		const struct seven_coder *coder = coder_of(f, i);
		size_t at = c->out->len;

		if (sizes[i] > s.len ||
		    !unlock_spend(c->z->r, sizes[i] / BLOCK + 1) ||
		    buf_add(c->out, s.at, (size_t)sizes[i]) == -1)
			return false;
		c->from += sizes[i];
		if (coder != NULL && is_aes(coder) && !decrypt(c, f, i, at))
			return false;
		sizes[i] = c->out->len - at;
	}
	return true;
}

static bool
copy_streams(struct copy *c)
{
	size_t pack = 0;

	c->from = SEVEN_HEAD + c->list.at;
	for (size_t i = 0; i < c->list.folders; i++) {
		if (!copy_folder(c, &c->list.folder[i], c->list.pack + pack))
			return false;
		pack += c->list.folder[i].packs;
	}
	return !is_encrypted(&c->list);
}

static bool
copy_archive(struct copy *c)
{
	static const unsigned char begin[] = { HEADER, MAIN_STREAMS };
	unsigned char head[SEVEN_HEAD] = { 0 };
	size_t at;

	if (c->list.at > c->z->bytes.len ||
	    buf_add(c->out, head, sizeof head) == -1 || !copy_streams(c))
		return false;
	c->list.at = 0;
	at = c->out->len;
	(void)buf_add(c->out, begin, sizeof begin);
	(void)sevenlist_write(c->out, &c->list);
	if (buf_add(c->out, c->list.rest.at, c->list.rest.len) == -1)
		return false;
	sevenlist_head((struct span){ c->out->data + at, c->out->len - at },
	    at - SEVEN_HEAD, head);
	for (size_t i = 0; i < sizeof head; i++)
		c->out->data[i] = head[i];
	return true;
}

/* Adds the archive to out with the coders of list, less those that encrypt. The
 * lists are changed on the way, so each try has its own. */
static bool
write_plain(struct sevenzip *z, const struct seven_list *list,
    const char *password, struct buf *out)
{
	struct copy c = { .z = z,
		.list = *list,
		.password = password,
		.out = out };
	size_t packs = list->packs * sizeof *list->pack;
	size_t folders = list->folders * sizeof *list->folder;
	struct buf pack, folder;
	bool good;

	buf_init(&pack, packs);
	buf_init(&folder, folders);
	good = buf_add(&pack, list->pack, packs) == 0 &&
	       buf_add(&folder, list->folder, folders) == 0;
	c.list.pack = (uint64_t *)(void *)pack.data;
	c.list.folder = (struct seven_folder *)(void *)folder.data;
	good = good && copy_archive(&c);
	buf_free(&pack);
	buf_free(&folder);
	return good;
}

/* The header that another one packs: it becomes the one member of an archive,
 * so that libarchive unpacks it. Empty if it does not fit its checksum. */
static struct span
unpack_header(struct sevenzip *z, const char *password)
{
	/* no substreams, end; files: one; names: 5 bytes, here, "h"; ends */
	static const unsigned char rest[] = { 8, 0, 0, 5, 1, 0x11, 5, 0, 'h', 0,
		0, 0, 0, 0 };
	struct seven_list list = z->list;
	struct span header = { NULL, 0 };
	struct buf archive, bytes;

	list.rest = (struct span){ rest, sizeof rest };
	buf_init(&archive, z->bytes.len + HEADER_MOST);
	buf_init(&bytes, HEADER_MOST);
	if (write_plain(z, &list, password, &archive) &&
	    archive_member((struct span){ archive.data, archive.len }, NULL, 0,
		&bytes) &&
	    crc32_z(0, bytes.data, bytes.len) == list.folder[0].crc)
		header = (struct span){
			(unsigned char *)arena_copy(z->r->message->arena,
			    buf_text(&bytes), bytes.len),
			bytes.len
		};
	buf_free(&bytes);
	buf_free(&archive);
	return header;
}

static bool
read_members(struct sevenzip *z, struct span header, struct seven_list *l)
{
	if (header.len < 2 || header.at[0] != HEADER ||
	    header.at[1] != MAIN_STREAMS)
		return false;
	header = span_from(header, 2);
	return sevenlist_read(z->r->message->arena, &header, l);
}

/* The header: where it stands is in the head (7zFormat.txt). */
static struct span
find_header(struct span bytes)
{
	struct span s = span_from(bytes, 12), none = { NULL, 0 };
	uint64_t at = mapi_number(&s, 4), size;

	at |= (uint64_t)mapi_number(&s, 4) << 32;
	size = mapi_number(&s, 4);
	size |= (uint64_t)mapi_number(&s, 4) << 32;
	if (bytes.len < SEVEN_HEAD || at > bytes.len - SEVEN_HEAD ||
	    size > bytes.len - SEVEN_HEAD - at)
		return none;
	return (struct span){ bytes.at + SEVEN_HEAD + at, (size_t)size };
}

struct sevenzip *
sevenzip_new(struct reading *r, struct span bytes)
{
	static const unsigned char magic[] = { '7', 'z', 0xbc, 0xaf, 0x27,
		0x1c };
	struct sevenzip *z = arena_get(r->message->arena, sizeof *z);
	struct span header = find_header(bytes);

	z->r = r;
	z->bytes = bytes;
	if (!span_begins(bytes, (struct span){ magic, sizeof magic }))
		return NULL;
	if (header.len > 0 && header.at[0] == ENCODED) {
		header = span_from(header, 1);
		if (!sevenlist_read(r->message->arena, &header, &z->list) ||
		    z->list.folders != 1 || !z->list.folder[0].has_crc)
			return NULL;
		z->sealed = is_encrypted(&z->list);
		if (z->sealed)
			return z;
		header = unpack_header(z, "");
	}
	return read_members(z, header, &z->list) && is_encrypted(&z->list) &&
		       sevenlist_checked(&z->list)
		   ? z
		   : NULL;
}

bool
sevenzip_decrypt(struct sevenzip *z, const char *password, struct buf *out,
    bool *sure)
{
	struct seven_list list = z->list;

	*sure = z->sealed;
	if (z->sealed && !read_members(z, unpack_header(z, password), &list))
		return false;
	return write_plain(z, &list, password, out);
}
