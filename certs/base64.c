/* SPDX-License-Identifier: ISC */
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "certs/base64.h"
#include "milter/base/file.h"
#include "milter/base/banned.h"

enum {
	LINE_BYTES = 57, /* 76 characters */
	LINES = 512 /* written at once */
};

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
	static const char begin[] = "-----BEGIN PGP MESSAGE-----\r\n\r\n";
	uint32_t crc = crc24(bytes, len);
	unsigned char sum[3] = { (unsigned char)(crc >> 16),
		(unsigned char)(crc >> 8), (unsigned char)crc };
	unsigned char digits[5];
	char end[64];
	int n;

	EVP_EncodeBlock(digits, sum, sizeof sum);
	n = snprintf(end, sizeof end, "=%s\r\n-----END PGP MESSAGE-----\r\n",
	    (char *)digits);
	if (file_write(fd, begin, strlen(begin), why) == -1 ||
	    base64_write(fd, bytes, len, why) == -1)
		return -1;
	return file_write(fd, end, (size_t)n, why);
}
