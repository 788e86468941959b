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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_whole_is_good),
		cmocka_unit_test(every_shorter_one_is_not),
		cmocka_unit_test(other_numbers_of_keys_are_not),
	};

	return cmocka_run_group_tests(tests, make, NULL);
}
