/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "certs/packets.h"

enum { BODY = 300 };

static unsigned char whole[512];
static size_t whole_len;

/* Two session keys (old format with RSA, new format with ECDH), then a
 * protected packet in two pieces: 256 bytes, and the rest. */
static int
make(void **unused)
{
	static const unsigned char begin[] = { 0x84, 11, 3, 0, 0, 0, 0, 0, 0, 0,
		0, 1, 7, 0xc1, 10, 3, 0, 0, 0, 0, 0, 0, 0, 0, 18, 0xd2, 0xe8,
		1 };
	unsigned char *p = whole;

	(void)unused;
	memcpy(p, begin, sizeof begin);
	p += sizeof begin + 255;
	*p++ = BODY - 256;
	p += BODY - 256;
	whole_len = (size_t)(p - whole);
	return 0;
}

static void
the_whole_is_good(void **unused)
{
	struct reason why;
	uint32_t algorithms;

	(void)unused;
	assert_int_equal(0,
	    packets_check(whole, whole_len, 2, &algorithms, &why));
	assert_int_equal(1 << 1 | 1 << 18, algorithms);
}

static void
every_shorter_one_is_not(void **unused)
{
	struct reason why;
	uint32_t algorithms;

	(void)unused;
	for (size_t len = 0; len < whole_len; len++) {
		unsigned char *exact = malloc(len + 1);

		memcpy(exact, whole, len);
		assert_int_equal(-1,
		    packets_check(exact, len, 2, &algorithms, &why));
		free(exact);
	}
}

static void
other_numbers_of_keys_are_not(void **unused)
{
	struct reason why;
	uint32_t algorithms;

	(void)unused;
	assert_int_equal(-1,
	    packets_check(whole, whole_len, 1, &algorithms, &why));
	assert_int_equal(-1,
	    packets_check(whole, whole_len, 3, &algorithms, &why));
	assert_int_equal(-1,
	    packets_check(whole, whole_len + 1, 2, &algorithms, &why));
}

/* A message of others: header and body of each packet. */
static size_t
put(unsigned char *to, int tag, const char *begin, size_t len, size_t size)
{
	to[0] = (unsigned char)(0xc0 | tag);
	to[1] = (unsigned char)size;
	memset(to + 2, 7, size);
	memcpy(to + 2, begin, len);
	return size + 2;
}

enum { KEYS = 2 };

static const struct {
	int tag;
	const char *begin; /* two bytes of the protected packet */
	const char *algorithm; /* NULL: does not count */
} others[] = {
	{ 18, "\1x", "not visible (OpenPGP with MDC)" },
	{ 18, "\2\11", "AES-256" }, { 18, "\2\2", NULL }, /* 3DES */
	{ 20, "\1\7", "AES-128" }, { 9, "\1x", NULL }, /* not protected */
	{ 11, "b\0", NULL }, /* literal: clear */
	{ 3, "\4\11", NULL }, /* for a password */
	{ 1, "\3x", NULL }, /* one more key, and no content */
};

/* Key ids of both versions of session key packets (RFC 9580, 5.1). */
static void
messages_of_others_name_keys_and_cipher(void **unused)
{
	struct packets_message *m = malloc(sizeof *m);

	(void)unused;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		unsigned char bytes[512];
		size_t len = put(bytes, 1, "\3idididid", 9, 100);
		struct span all;

		len +=
		    put(bytes + len, 1, "\6\25\4ffffffffffffIDIDIDID", 23, 100);
		len += put(bytes + len, others[i].tag, others[i].begin, 2, 100);
		all = (struct span){ bytes, len };
		assert_int_equal(others[i].algorithm != NULL,
		    packets_read(m, all));
		if (others[i].algorithm == NULL)
			continue;
		assert_string_equal(others[i].algorithm, m->algorithm);
		assert_int_equal(KEYS, m->count);
		assert_memory_equal("idididid", m->keys[0], PACKETS_ID);
		assert_memory_equal("IDIDIDID", m->keys[1], PACKETS_ID);
		while (all.len-- > 0)
			assert_false(packets_read(m, all));
		all = (struct span){ bytes + 204, len - 204 };
		assert_false(packets_read(m, all));
	}
	free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_whole_is_good),
		cmocka_unit_test(every_shorter_one_is_not),
		cmocka_unit_test(other_numbers_of_keys_are_not),
		cmocka_unit_test(messages_of_others_name_keys_and_cipher),
	};

	return cmocka_run_group_tests(tests, make, NULL);
}
