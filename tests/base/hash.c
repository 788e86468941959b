/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#include "milter/base/hash.h"

static void
is_hash(const uint8_t digest[HASH_BYTES], const char *wanted)
{
	char hex[HASH_HEX];

	hash_hex(digest, hex);
	assert_string_equal(hex, wanted);
}

/* FIPS 180-4 examples. */
static void
sha256_is_right(void **unused)
{
	uint8_t digest[HASH_BYTES];

	(void)unused;
	hash_bytes("", 0, digest);
	is_hash(digest, "e3b0c44298fc1c149afbf4c8996fb924"
			"27ae41e4649b934ca495991b7852b855");
	hash_bytes("abc", 3, digest);
	is_hash(digest, "ba7816bf8f01cfea414140de5dae2223"
			"b00361a396177a9cb410ff61f20015ad");
}

static void
files_are_hashed_from_their_begin(void **unused)
{
	static char bytes[100000];
	uint8_t digest[HASH_BYTES], same[HASH_BYTES];
	struct reason why = { "" };
	int fd = memfd_create("hash", MFD_CLOEXEC);

	(void)unused;
	memset(bytes, 'a', sizeof bytes);
	assert_int_equal(write(fd, bytes, sizeof bytes), sizeof bytes);
	assert_int_equal(hash_fd(fd, digest, &why), 0);
	hash_bytes(bytes, sizeof bytes, same);
	assert_true(hash_equal(digest, same));
	close(fd);
	assert_int_equal(hash_fd(-1, digest, &why), -1);
	assert_string_equal(why.text,
	    "cannot read what to hash: Bad file descriptor");
}

/* RFC 4231, test case 2. */
static void
hmac_is_right(void **unused)
{
	const char *text = "what do ya want for nothing?";
	uint8_t digest[HASH_BYTES];

	(void)unused;
	hash_mac((const uint8_t *)"Jefe", 4, text, strlen(text), digest);
	is_hash(digest, "5bdcc146bf60754e6a042426089575c7"
			"5a003f089d2739839dec58b964ec3843");
}

static void
hex_is_read_exactly(void **unused)
{
	uint8_t digest[HASH_BYTES], back[HASH_BYTES];
	char hex[HASH_HEX + 1] = { 0 };

	(void)unused;
	hash_random(digest, sizeof digest);
	hash_hex(digest, hex);
	assert_true(hash_unhex(hex, back));
	assert_true(hash_equal(digest, back));
	back[31] ^= 1;
	assert_false(hash_equal(digest, back));
	hex[64] = '0';
	assert_false(hash_unhex(hex, back));
	hex[63] = '\0';
	assert_false(hash_unhex(hex, back));
	hex[63] = 'g';
	hex[64] = '\0';
	assert_false(hash_unhex(hex, back));
	assert_false(hash_unhex("", back));
}

static void
random_bytes_differ(void **unused)
{
	uint8_t a[1000] = { 0 }, b[1000] = { 0 };

	(void)unused;
	hash_random(a, sizeof a);
	hash_random(b, sizeof b);
	assert_memory_not_equal(a, b, 32);
	assert_memory_not_equal(a + 968, b + 968, 32);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha256_is_right),
		cmocka_unit_test(files_are_hashed_from_their_begin),
		cmocka_unit_test(hmac_is_right),
		cmocka_unit_test(hex_is_read_exactly),
		cmocka_unit_test(random_bytes_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
