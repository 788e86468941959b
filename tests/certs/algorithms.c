/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "certs/algorithms.h"
#include "milter/base/count.h"

enum { EVER = 1, NEVER = 99999999, TODAY = 20261101 };

#define ENCRYPT ALGORITHM_ENCRYPT
#define DECRYPT ALGORITHM_DECRYPT
#define SIGN ALGORITHM_SIGN
#define VERIFY ALGORITHM_VERIFY
#define ALLOW ALGORITHM_ALLOW
#define WARN ALGORITHM_WARN
#define DENY ALGORITHM_DENY

static const struct row {
	enum algorithm_operation operation;
	const char *name;
	int bits, from, until;
	enum algorithm_answer answer;
} rows[] = {
#define ALGORITHM(...) { __VA_ARGS__ },
#define MONITORED(name)
#include "certs/algorithms.def"
#undef ALGORITHM
#undef MONITORED
};

static const struct {
	enum algorithm_operation operation;
	const char *name;
	int bits, day;
	enum algorithm_answer answer;
} cases[] = {
	{ ENCRYPT, "AES-GCM", 256, TODAY, ALLOW },
	{ ENCRYPT, "AES-CBC", 128, 20401231, ALLOW },
	{ ENCRYPT, "AES-CBC", 128, 20410101, WARN },
	{ ENCRYPT, "AES-CBC", 128, 20501231, WARN },
	{ ENCRYPT, "AES-CBC", 128, 20510101, DENY },
	{ ENCRYPT, "AES-CBC", 256, 20510101, ALLOW },
	{ ENCRYPT, "AES-CBC", 127, TODAY, DENY },
	{ ENCRYPT, "DES-EDE3-CBC", 168, TODAY, DENY },
	{ DECRYPT, "DES-EDE3-CBC", 168, TODAY, WARN },
	{ ENCRYPT, "RC2-CBC", 128, TODAY, DENY },
	{ DECRYPT, "RC2-CBC", 128, TODAY, DENY },
	{ ENCRYPT, "RSAES-OAEP", 2047, TODAY, DENY },
	{ ENCRYPT, "RSAES-OAEP", 2048, 20301231, WARN },
	{ ENCRYPT, "RSAES-OAEP", 2048, 20310101, DENY },
	{ ENCRYPT, "RSAES-OAEP", 3072, TODAY, ALLOW },
	{ ENCRYPT, "RSAES-OAEP", 4096, 20410101, WARN },
	{ ENCRYPT, "RSAES-PKCS1-v1_5", 4096, TODAY, WARN },
	{ ENCRYPT, "RSAES-PKCS1-v1_5", 2048, 20310101, DENY },
	{ ENCRYPT, "ECDH P-256", 256, TODAY, ALLOW },
	{ ENCRYPT, "ECDH secp256k1", 256, TODAY, DENY },
	{ DECRYPT, "RSAES-OAEP", 2048, 20510101, ALLOW },
	{ SIGN, "RSASSA-PSS", 2048, 20310101, DENY },
	{ SIGN, "SHA1", 160, TODAY, DENY },
	{ VERIFY, "SHA1", 160, TODAY, WARN },
	{ VERIFY, "MD5", 128, TODAY, DENY },
	{ VERIFY, "RSASSA-PKCS1-v1_5", 1024, TODAY, WARN },
	{ VERIFY, "RSASSA-PKCS1-v1_5", 1023, TODAY, DENY },
	{ VERIFY, "RSASSA-PSS", 2048, 20310101, ALLOW },
	{ ENCRYPT, "AES-CBC", 256, 0, DENY },
	{ ENCRYPT, "aes-cbc", 256, TODAY, DENY },
	{ ENCRYPT, "", 0, TODAY, DENY },
};

static void
the_list_decides_by_strength_and_day(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (algorithm_allowed(cases[i].operation, cases[i].name,
			cases[i].bits, cases[i].day) != cases[i].answer)
			fail_msg("row %zu: %s, %d bits, %d", i, cases[i].name,
			    cases[i].bits, cases[i].day);
}

/* More bits are never worse, and a later day is never better: for all names,
 * at all their borders. */
static void
strength_helps_and_time_does_not(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < COUNT(rows); i++)
		for (size_t j = 0; j < COUNT(rows); j++) {
			const struct row *a = &rows[i], *b = &rows[j];
			enum algorithm_answer now =
			    algorithm_allowed(a->operation, a->name, a->bits,
				b->until - 1);

			assert_true(a->from < a->until);
			assert_true(algorithm_allowed(a->operation, a->name,
					a->bits + 1, b->until - 1) >= now);
			if (b->until != NEVER)
				assert_true(
				    algorithm_allowed(a->operation, a->name,
					a->bits, b->until) <= now);
		}
}

/* What is made can be read: whatever may be encrypted may be decrypted. */
static void
what_may_be_made_may_be_read(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row *r = &rows[i];

		if (r->operation == ENCRYPT || r->operation == SIGN)
			assert_int_not_equal(DENY,
			    algorithm_allowed(r->operation == ENCRYPT ? DECRYPT
								      : VERIFY,
				r->name, r->bits, r->from));
	}
}

/* 改善提案②: at least two to choose from, for each operation and step. */
static const struct {
	enum algorithm_operation operation;
	struct {
		const char *name;
		int bits;
	} two[2];
} choices[] = {
	{ ENCRYPT, { { "AES-CBC", 256 }, { "CAMELLIA-CBC", 256 } } },
	{ ENCRYPT, { { "RSAES-OAEP", 3072 }, { "ECDH P-256", 256 } } },
	{ DECRYPT, { { "AES-CBC", 256 }, { "CAMELLIA-CBC", 256 } } },
	{ DECRYPT, { { "RSAES-OAEP", 3072 }, { "ECDH P-256", 256 } } },
	{ SIGN, { { "RSASSA-PSS", 3072 }, { "ECDSA P-256", 256 } } },
	{ SIGN, { { "SHA256", 256 }, { "SHA384", 384 } } },
	{ VERIFY, { { "RSASSA-PSS", 3072 }, { "ECDSA P-256", 256 } } },
	{ VERIFY, { { "SHA256", 256 }, { "SHA384", 384 } } },
};

static void
every_operation_has_two(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < COUNT(choices); i++)
		for (size_t j = 0; j < 2; j++)
			assert_int_equal(ALLOW,
			    algorithm_allowed(choices[i].operation,
				choices[i].two[j].name, choices[i].two[j].bits,
				TODAY));
}

static void
days_are_numbers(void **unused)
{
	(void)unused;
	assert_int_equal(19700101, algorithm_day(0));
	assert_int_equal(20301231, algorithm_day(1924991999));
	assert_int_equal(20310101, algorithm_day(1924992000));
	assert_true(algorithm_monitored("RSAES-PKCS1-v1_5"));
	assert_false(algorithm_monitored("RSASSA-PKCS1-v1_5"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_list_decides_by_strength_and_day),
		cmocka_unit_test(strength_helps_and_time_does_not),
		cmocka_unit_test(what_may_be_made_may_be_read),
		cmocka_unit_test(every_operation_has_two),
		cmocka_unit_test(days_are_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
