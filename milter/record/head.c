/* SPDX-License-Identifier: ISC */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "milter/record/head.h"
#include "milter/base/banned.h"

enum { HEAD_SIZE = 256 };

void
head_empty(struct head *h)
{
	memset(h, 0, sizeof *h);
	h->file = 1;
	memset(h->hash, '0', HASH_HEX - 1);
}

/* The text of a head, always of the same length. */
static int
format(const struct head *h, char text[HEAD_SIZE])
{
	uint8_t digest[HASH_BYTES];
	char check[HASH_HEX];
	int len = snprintf(text, HEAD_SIZE,
	    "sekimori-head/1 %020" PRIu64 " %020" PRIu64 " %020" PRIu64 " %s ",
	    h->seq, h->file, h->length, h->hash);

	hash_bytes(text, (size_t)len, digest);
	hash_hex(digest, check);
	len += snprintf(text + len, HEAD_SIZE - (size_t)len, "%.16s\n", check);
	return len;
}

bool
head_read(int fd, struct head *h)
{
	char text[HEAD_SIZE] = "", again[HEAD_SIZE];
	ssize_t n = pread(fd, text, sizeof text - 1, 0);

	if (n <= 0 || sscanf(text,
			  "sekimori-head/1 %20" SCNu64 " %20" SCNu64
			  " %20" SCNu64 " %64[0-9a-f]",
			  &h->seq, &h->file, &h->length, h->hash) != 4)
		return false;
	return format(h, again) == (int)n && strcmp(text, again) == 0;
}

int
head_write(int fd, const struct head *h, struct reason *why)
{
	char text[HEAD_SIZE];
	int len = format(h, text);
	ssize_t n = pwrite(fd, text, (size_t)len, 0);

	if (n == -1)
		return reason_errno(why, "journal head");
	if (n != len)
		return reason_set(why, "journal head: short write");
	return 0;
}
