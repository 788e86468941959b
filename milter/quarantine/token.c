/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "milter/base/buf.h"
#include "milter/base/file.h"
#include "milter/quarantine/folder.h"
#include "milter/quarantine/meta.h"
#include "milter/base/banned.h"

enum { PASS_NAME = 2 * IDENT_SIZE };

static int
add_text(struct buf *b, const char *s)
{
	return buf_add(b, s, strlen(s) + 1);
}

static int
mac_of(const struct quarantine *q, const struct token *t,
    uint8_t mac[HASH_BYTES])
{
	static const char *const kinds[TOKEN_KINDS] = { "sekimori-release",
		"sekimori-hold", "sekimori-copy" };
	struct buf b;
	int result = -1;

	buf_init(&b, 64 * 1024 * 1024);
	if (add_text(&b, kinds[t->kind]) == 0 && add_text(&b, t->id) == 0 &&
	    add_text(&b, t->nonce) == 0 &&
	    buf_add(&b, t->sha256, HASH_BYTES) == 0 &&
	    add_text(&b, t->sender) == 0 &&
	    meta_addresses(&b, t->rcpts, t->rcpts_count) == 0)
		result = 0;
	if (result == 0)
		hash_mac(q->secret, HASH_BYTES, b.data, b.len, mac);
	buf_free(&b);
	return result;
}

void
token_mask(const struct quarantine *q, const char *label, const char *text,
    char hex[HASH_HEX])
{
	uint8_t key[HASH_BYTES], mac[HASH_BYTES];

	hash_mac(q->secret, HASH_BYTES, label, strlen(label), key);
	hash_mac(key, sizeof key, text, strlen(text), mac);
	hash_hex(mac, hex);
}

int
token_body(int message, uint8_t sha256[HASH_BYTES], struct reason *why)
{
	const char *bytes, *body;
	struct stat st;
	size_t size;

	if (fstat(message, &st) == -1)
		return reason_errno(why, "the message");
	size = (size_t)st.st_size;
	hash_bytes("", 0, sha256);
	if (size == 0)
		return 0;
	bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE, message, 0);
	if (bytes == MAP_FAILED)
		return reason_errno(why, "the message");
	body = memmem(bytes, size, "\r\n\r\n", 4);
	if (body != NULL)
		hash_bytes(body + 4, size - (size_t)(body + 4 - bytes), sha256);
	munmap((void *)(uintptr_t)bytes, size);
	return 0;
}

int
token_make(struct quarantine *q, const struct token *t, char text[TOKEN_SIZE],
    struct reason *why)
{
	uint8_t mac[HASH_BYTES];
	char hex[HASH_HEX];

	if (!ident_valid(t->id) || !ident_valid(t->nonce))
		return reason_set(why, "\"%.40s\" or its nonce is no ID",
		    t->id);
	if (mac_of(q, t, mac) == -1)
		return reason_set(why, "no memory for %zu recipients",
		    t->rcpts_count);
	hash_hex(mac, hex);
	snprintf(text, TOKEN_SIZE, "%s.%s.%s", t->id, t->nonce, hex);
	return 0;
}

/* Takes ID.NONCE.MAC apart; nothing may stand before, between or behind. */
static bool
parse(const char *token, char id[IDENT_SIZE], char nonce[IDENT_SIZE],
    uint8_t mac[HASH_BYTES])
{
	enum { ID = IDENT_SIZE - 1, WHOLE = 2 * IDENT_SIZE + HASH_HEX - 1 };

	if (strlen(token) != WHOLE || token[ID] != '.' ||
	    token[2 * ID + 1] != '.')
		return false;
	memcpy(id, token, ID);
	memcpy(nonce, token + ID + 1, ID);
	id[ID] = nonce[ID] = '\0';
	return ident_valid(id) && ident_valid(nonce) &&
	       hash_unhex(token + 2 * ID + 2, mac);
}

enum token_state
token_check(struct quarantine *q, const char *text, struct token *t)
{
	uint8_t given[HASH_BYTES], right[HASH_BYTES];

	if (!parse(text, t->id, t->nonce, given))
		return TOKEN_BAD;
	for (unsigned kind = 0; kind < TOKEN_KINDS; kind++) {
		t->kind = (enum token_kind)kind;
		if (mac_of(q, t, right) == 0 && hash_equal(given, right))
			return token_passed(q, t->id, t->nonce) ? TOKEN_USED
								: TOKEN_GOOD;
	}
	return TOKEN_BAD;
}

int
token_pass(struct quarantine *q, const char *id, const char *nonce,
    struct reason *why)
{
	char name[PASS_NAME];
	int fd;

	if (!ident_valid(id) || !ident_valid(nonce))
		return reason_set(why, "\"%.40s\" or its nonce is no ID", id);
	snprintf(name, sizeof name, "%s.%s", id, nonce);
	fd = openat(q->passed, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
	    0600);
	if (fd == -1 && errno == EEXIST)
		return reason_set(why, "%s was released already", id);
	if (fd == -1)
		return reason_errno(why, "%s/passed", q->path);
	close(fd);
	return file_sync(q->passed, name, why);
}

bool
token_passed(struct quarantine *q, const char *id, const char *nonce)
{
	char name[PASS_NAME];

	snprintf(name, sizeof name, "%s.%s", id, nonce);
	return faccessat(q->passed, name, F_OK, 0) == 0;
}
