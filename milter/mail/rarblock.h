/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_RARBLOCK_H
#define SKM_MAIL_RARBLOCK_H

#include "milter/base/buf.h"
#include "milter/mail/cipher.h"
#include "milter/mail/reading.h"

/*
 * The blocks of a rar, in its two formats (technote.txt of RAR 4 and of RAR 5).
 * Nothing is believed: a size that leaves the bytes ends the archive.
 */
enum { RAR_SALT_MOST = 16 };

/* What a password becomes, with what it was made of. */
struct rar_key {
	struct span salt;
	unsigned count; /* rounds are 2 to this */
	const char *password;
	uint8_t key[32], iv[CIPHER_BLOCK];
	uint8_t check[8]; /* version 5: tells a right password */
};

struct rar_block {
	enum {
		RAR_OTHER, /* of no interest */
		RAR_MAIN,
		RAR_FILE,
		RAR_SEAL, /* the headers behind it are encrypted */
		RAR_END
	} kind;
	struct span raw; /* the header as it stands, or decrypted */
	struct span data;
	struct span name; /* of a file */
	bool encrypted; /* its data are */
	bool known; /* how; else it stays so */
	uint64_t size; /* unpacked */
	uint32_t crc; /* unpacked; of version 3 alone */
	bool stored;
	struct span salt, iv, check; /* check: may be empty */
	bool tweaked; /* its checksum is made with the password */
	unsigned count;
	struct rar_block *next; /* of those that wait */
};

struct rar_format {
	struct span magic;
	/* Reads the block that *s begins with, by key if headers are
	 * encrypted, and moves *s behind it; false at the end, if it is
	 * broken, and if the key is wrong. */
	bool (*read)(struct arena *a, struct span *s, const struct rar_key *key,
	    struct rar_block *b);
	/* Makes the key of salt, count and password; false if
	 * unlock_spend() does not allow it. */
	bool (*make_key)(struct reading *r, struct rar_key *key);
	/* Adds a file's block without encryption, with its decrypted data. */
	void (*write)(struct buf *out, const struct rar_block *b,
	    struct span data);
	/* Adds the block that an archive begins with. */
	void (*write_main)(struct buf *out, const struct rar_block *b);
	/* Adds the block that one ends with, which libarchive needs to read the
	 * last file. */
	void (*write_end)(struct buf *out);
	size_t key_size;
	bool salted_headers; /* each has a salt of its own */
};

extern const struct rar_format rar3, rar5;

#endif
