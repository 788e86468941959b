/* SPDX-License-Identifier: ISC */
#include <string.h>
#include <zlib.h>

#include "milter/mail/archive.h"
#include "milter/mail/charset.h"
#include "milter/mail/rar.h"
#include "milter/mail/rarblock.h"
#include "milter/mail/unlock.h"
#include "milter/base/banned.h"

enum {
	NAMES_SHOWN = 8,
	BLOCKS_MOST = 100000,
	MORE = 1 << 20, /* bytes that other headers may take */
	BLOCK = 64, /* bytes whose decryption costs one */
	HEADER_SALT = 8
};

/* An encrypted rar. */
struct rar {
	struct reading *r;
	const struct rar_format *format;
	struct span bytes;
	struct node *n;
	struct rar_block main; /* or what seals the headers */
	struct rar_block *waiting; /* files that are encrypted */
	int others; /* that are not */
	struct span sealed; /* the blocks with encrypted headers, or empty */
	struct rar_key key; /* the last that was made */
	struct span plain; /* what opened, as an archive */
};

static const struct rar_format *
format_of(struct span bytes)
{
	return span_begins(bytes, rar3.magic)	? &rar3
	       : span_begins(bytes, rar5.magic) ? &rar5
						: NULL;
}

static void
wait_for(struct rar *x, const struct rar_block *b, struct rar_block ***end)
{
	struct rar_block *copy = arena_get(x->r->message->arena, sizeof *copy);

	*copy = *b;
	copy->next = NULL;
	**end = copy;
	*end = &copy->next;
}

static void
broken(struct rar *x, const char *what)
{
	reading_mark(x->r, x->n, MARK_UNDECODED, x->n->whole.at, "rar: %s",
	    what);
}

/* A file whose data are encrypted; one without data has nothing to open. */
static bool
must_wait(const struct rar_block *b)
{
	return b->kind == RAR_FILE && b->encrypted && b->data.len > 0;
}

/* Sorts the blocks: what is not encrypted goes to plain, behind the magic, and
 * so does what cannot be read: libarchive may, but would not say if it is
 * encrypted. */
static void
sort(struct rar *x, struct buf *plain)
{
	struct span s = span_from(x->bytes, x->format->magic.len);
	struct rar_block **end = &x->waiting;

	(void)buf_add(plain, x->bytes.at, x->format->magic.len);
	for (int i = 0; i < BLOCKS_MOST; i++) {
		struct rar_block b = { .kind = RAR_OTHER };
		const unsigned char *from = s.at;

		if (!x->format->read(x->r->message->arena, &s, NULL, &b))
			break;
		if (b.kind == RAR_SEAL || b.kind == RAR_MAIN)
			x->main = b;
		if (b.kind == RAR_SEAL) {
			x->sealed = s;
			return;
		}
		if (must_wait(&b)) {
			wait_for(x, &b, &end);
			continue;
		}
		x->others += b.kind == RAR_FILE;
		(void)buf_add(plain, from, (size_t)(s.at - from));
		if (b.kind == RAR_END)
			return;
	}
	if (s.len > 0)
		broken(x, "its blocks do not end");
	x->others += s.len > 0;
	(void)buf_add(plain, s.at, s.len);
}

/* The key for a block; the last one serves again if it is the same. */
static bool
use_key(struct rar *x, struct span salt, unsigned count, const char *password)
{
	struct rar_key *k = &x->key;

	if (k->password == password && k->count == count &&
	    k->salt.len == salt.len &&
	    (salt.len == 0 || memcmp(k->salt.at, salt.at, salt.len) == 0))
		return true;
	*k = (struct rar_key){ .salt = salt,
		.count = count,
		.password = password };
	if (x->format->make_key(x->r, k))
		return true;
	k->password = NULL;
	return false;
}

static bool
fits(const struct rar *x, const struct rar_block *b)
{
	return b->check.len == 0 ||
	       memcmp(b->check.at, x->key.check, sizeof x->key.check) == 0;
}

static void
begin(const struct rar *x, struct buf *out)
{
	(void)buf_add(out, x->format->magic.at, x->format->magic.len);
	x->format->write_main(out, &x->main);
}

/* Adds the block of a file, decrypted; false if the password is wrong, as far
 * as is known yet. */
static bool
decrypt(struct rar *x, const struct rar_block *b, const char *password,
    struct buf *out)
{
	size_t len = b->data.len - b->data.len % CIPHER_BLOCK;
	struct span data = { b->data.at, len };
	struct buf plain;

	if (!b->known || !use_key(x, b->salt, b->count, password) ||
	    !fits(x, b) || !unlock_spend(x->r, len / BLOCK))
		return false;
	buf_init(&plain, len);
	if (buf_add(&plain, data.at, len) == 0) {
		cipher_aes(x->key.key, x->format->key_size,
		    b->iv.len > 0 ? b->iv.at : x->key.iv, data, plain.data);
		data.at = plain.data;
		if (b->stored && b->size < len)
			data.len = (size_t)b->size;
		x->format->write(out, b, data);
	}
	buf_free(&plain);
	return true;
}

/* Is the one file of an archive what its checksum says? libarchive does not
 * look at that of a stored one. */
static bool
is_right(const struct rar *x, const struct rar_block *b, const struct buf *one)
{
	struct buf member;
	bool good;

	buf_init(&member, x->r->limits->member);
	good = archive_member((struct span){ one->data, one->len }, NULL, 0,
		   &member) &&
	       member.len == b->size &&
	       crc32_z(0, member.data, member.len) == b->crc;
	buf_free(&member);
	return good;
}

/* Adds the block of a file, decrypted, if it opens: when the key does not tell,
 * its checksum does. */
static bool
open_file(struct rar *x, const struct rar_block *b, const char *password,
    struct buf *out)
{
	struct buf one;
	size_t from, to;
	bool good;

	if (b->check.len > 0)
		return decrypt(x, b, password, out);
	buf_init(&one, b->data.len + MORE);
	begin(x, &one);
	from = one.len;
	good = decrypt(x, b, password, &one);
	to = one.len;
	x->format->write_end(&one);
	good = good && is_right(x, b, &one);
	if (good)
		(void)buf_add(out, one.data + from, to - from);
	buf_free(&one);
	return good;
}

/* Moves the files that the password opens from those that wait to out. When
 * only trying tells, the first that does not open tells for all. */
static bool
open_files(struct rar *x, const char *password, struct buf *out)
{
	struct rar_block **at = &x->waiting, *b;
	bool opened = false;

	while ((b = *at) != NULL)
		if (open_file(x, b, password, out)) {
			opened = true;
			*at = b->next;
		} else if (b->known && b->check.len == 0 && !opened) {
			return false;
		} else {
			at = &b->next;
		}
	return opened;
}

/* The key of the encrypted header that *s begins with. */
static bool
header_key(struct rar *x, const struct rar_block *seal, struct span *s,
    const char *password)
{
	struct span salt = { s->at, HEADER_SALT };

	if (!x->format->salted_headers)
		return use_key(x, seal->salt, seal->count, password) &&
		       fits(x, seal);
	if (s->len < HEADER_SALT || !use_key(x, salt, 0, password))
		return false;
	*s = span_from(*s, HEADER_SALT);
	return true;
}

/* Reads the blocks behind the seal. False if the first is none, which tells a
 * wrong password. */
static bool
open_headers(struct rar *x, const char *password, struct buf *out)
{
	struct rar_block **end = &x->waiting, b = { .kind = RAR_OTHER };
	struct rar_block seal = x->main;
	struct span s = x->sealed;
	int i = 0;

	while (i < BLOCKS_MOST && s.len > 0 && b.kind != RAR_END) {
		b = (struct rar_block){ .kind = RAR_OTHER };
		if (!header_key(x, &seal, &s, password) ||
		    !x->format->read(x->r->message->arena, &s, &x->key, &b))
			break;
		i++;
		if (b.kind == RAR_MAIN)
			x->main = b;
		else if (must_wait(&b))
			wait_for(x, &b, &end);
		else if (b.kind == RAR_FILE && b.data.len > 0)
			x->format->write(out, &b, b.data);
	}
	if (i == 0)
		x->main = seal;
	else if (b.kind != RAR_END)
		broken(x, "encrypted headers do not end");
	return i > 0;
}

static bool
opens(struct reading *r, void *owner, const char *password)
{
	struct rar *x = owner;
	struct buf files, out;
	bool good;

	buf_init(&files, x->bytes.len + MORE);
	buf_init(&out, x->bytes.len + 2 * MORE);
	good = x->sealed.len == 0 || open_headers(x, password, &files);
	if (good && x->sealed.len > 0)
		(void)open_files(x, password, &files);
	else if (good)
		good = open_files(x, password, &files);
	if (good) {
		x->sealed.len = 0;
		begin(x, &out);
		(void)buf_add(&out, files.data, files.len);
		x->format->write_end(&out);
		x->plain = (struct span){
			(unsigned char *)arena_copy(r->message->arena,
			    buf_text(&out), out.len),
			out.len
		};
	}
	buf_free(&out);
	buf_free(&files);
	return good;
}

static void wait_for_password(struct rar *x);

/* What opens with another password waits for it. */
static void
read_open(struct reading *r, struct node *n, void *owner, const char *password)
{
	static const struct span none = { NULL, 0 };
	struct rar *x = owner;

	(void)password;
	archive_read_rest(r, n, x->plain, NULL, none);
	wait_for_password(x);
}

/* The names of the files that wait, the first few. */
static const char *
names_of(struct rar *x)
{
	struct arena *a = x->r->message->arena;
	struct buf names;
	const char *text;
	int count = 0;

	if (x->sealed.len > 0)
		return "1 members: the list of members";
	buf_init(&names, 4096);
	for (const struct rar_block *b = x->waiting; b; b = b->next)
		if (count++ < NAMES_SHOWN)
			buf_printf(&names, "%s%.100s", count > 1 ? ", " : "",
			    charset_decode(a, "", b->name, NULL));
	text = arena_printf(a, "%d members: %s", count, buf_text(&names));
	buf_free(&names);
	return text;
}

static void
wait_for_password(struct rar *x)
{
	static const struct unlocker how = { opens, read_open };

	if (x->waiting != NULL || x->sealed.len > 0)
		unlock_later(x->r, x->n, &how, x, names_of(x));
}

bool
rar_read(struct reading *r, struct node *n, struct span bytes)
{
	static const struct span none = { NULL, 0 };
	struct arena *a = r->message->arena;
	struct rar *x = arena_get(a, sizeof *x);
	struct buf plain;

	x->format = format_of(bytes);
	if (x->format == NULL)
		return false;
	x->r = r;
	x->n = n;
	x->bytes = bytes;
	buf_init(&plain, bytes.len);
	sort(x, &plain);
	if (x->others > 0 && (x->waiting != NULL || x->sealed.len > 0))
		archive_read_rest(r, n,
		    (struct span){ (unsigned char *)arena_copy(a,
				       buf_text(&plain), plain.len),
			plain.len },
		    NULL, none);
	buf_free(&plain);
	wait_for_password(x);
	return x->waiting != NULL || x->sealed.len > 0;
}
