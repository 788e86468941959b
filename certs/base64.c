/* SPDX-License-Identifier: ISC */
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "certs/base64.h"
#include "milter/base/file.h"
#include "milter/mail/base64.h"
#include "milter/base/banned.h"

enum {
	LINE_BYTES = 57, /* 76 characters */
	LINES = 512, /* written at once */
	REMARKS = 2, /* armour fields: they are in clear */
	REMARK = 80 /* bytes of one */
};

static const char first_line[] = "-----BEGIN PGP MESSAGE-----";
static const char last_line[] = "-----END PGP MESSAGE-----";

static int
write_lines(int fd, const unsigned char *bytes, size_t len, struct reason *why)
{
	unsigned char text[LINES * 80];
	size_t at = 0;

	while (len > 0) {
		size_t n = len < LINE_BYTES ? len : LINE_BYTES;

		at += (size_t)EVP_EncodeBlock(text + at, bytes, (int)n);
		text[at++] = '\r';
		text[at++] = '\n';
		bytes += n;
		len -= n;
	}
	return file_write(fd, text, at, why);
}

int
base64_write(int fd, const unsigned char *bytes, size_t len, struct reason *why)
{
	const size_t most = (size_t)LINES * LINE_BYTES;

	while (len > 0) {
		size_t n = len < most ? len : most;

		if (write_lines(fd, bytes, n, why) == -1)
			return -1;
		bytes += n;
		len -= n;
	}
	return 0;
}

/* RFC 4880, 6.1. */
static uint32_t
crc24(const unsigned char *bytes, size_t len)
{
	uint32_t crc = 0xb704ce;

	while (len-- > 0) {
		crc ^= (uint32_t)*bytes++ << 16;
		for (int i = 0; i < 8; i++) {
			crc <<= 1;
			if (crc & 0x1000000)
				crc ^= 0x1864cfb;
		}
	}
	return crc & 0xffffff;
}

int
base64_armour(int fd, const unsigned char *bytes, size_t len,
    struct reason *why)
{
	uint32_t crc = crc24(bytes, len);
	unsigned char sum[3] = { (unsigned char)(crc >> 16),
		(unsigned char)(crc >> 8), (unsigned char)crc };
	unsigned char digits[5];
	char begin[64], end[64];
	int n, m;

	EVP_EncodeBlock(digits, sum, sizeof sum);
	m = snprintf(begin, sizeof begin, "%s\r\n\r\n", first_line);
	n = snprintf(end, sizeof end, "=%s\r\n%s\r\n", (char *)digits,
	    last_line);
	if (file_write(fd, begin, (size_t)m, why) == -1 ||
	    base64_write(fd, bytes, len, why) == -1)
		return -1;
	return file_write(fd, end, (size_t)n, why);
}

/* The next line without its end; one behind the last is empty. */
static struct span
next_line(struct span *rest)
{
	struct span line = { rest->at, 0 };

	(void)span_line(rest, &line);
	return span_chomp(line);
}

static bool
line_is(struct span line, const char *text)
{
	return span_begins(line, span_string(text)) && line.len == strlen(text);
}

/* Takes the first line and the few fields that mailers put behind it. */
static bool
take_begin(struct span *rest)
{
	*rest = span_trim(*rest);
	if (!line_is(next_line(rest), first_line))
		return false;
	for (int i = 0; i <= REMARKS; i++) {
		struct span line = next_line(rest);

		if (line.len == 0)
			return true;
		if (line.len > REMARK || (!span_starts(line, "Version: ") &&
					     !span_starts(line, "Comment: ")))
			return false;
	}
	return false;
}

/* The checksum line, or none (RFC 9580, 6.1), and the last line. */
static bool
is_end(struct span rest, uint32_t crc)
{
	struct span line = next_line(&rest);
	struct base64 b = { .odd = NULL };
	unsigned char sum[8];

	if (line.len == 5 && line.at[0] == '=') {
		if (base64_decode(&b, span_from(line, 1), sum) != 3 ||
		    b.odd != NULL ||
		    ((uint32_t)sum[0] << 16 | sum[1] << 8 | sum[2]) != crc)
			return false;
		line = next_line(&rest);
	}
	return line_is(line, last_line) && rest.len == 0;
}

bool
base64_disarm(struct span text, unsigned char *packets, size_t *len)
{
	struct base64 b = { .odd = NULL };
	struct span data, rest, line;

	if (!take_begin(&text))
		return false;
	data = rest = text;
	do {
		data.len = (size_t)(rest.at - data.at);
		text = rest;
		line = next_line(&rest);
	} while (line.len > 0 && line.at[0] != '=' && line.at[0] != '-');
	*len = base64_decode(&b, data, packets);
	return b.odd == NULL && !b.ragged && *len > 0 &&
	       is_end(text, crc24(packets, *len));
}
