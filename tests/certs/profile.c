/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "certs/algorithms.h"
#include "certs/capability.h"
#include "certs/profile.h"
#include "milter/base/count.h"

static const int lengths[] = { 0, 1024, 2048, 3072, 8192 };
static const int days[] = { 20261101, 20310101, 20450101, 20600101 };

static bool
allowed(const char *name, int bits, int day)
{
	return algorithm_allowed(ALGORITHM_ENCRYPT, name, bits, day) !=
	       ALGORITHM_DENY;
}

/* What must hold of every choice. */
static void
check(enum profile profile, const struct shown *shown, int bits, int day)
{
	struct way way;
	struct reason why = { "" };
	bool chosen =
	    profile_choose(profile, shown, bits, day, &way, &why) == 0;
	bool key = bits == 0 || allowed("RSAES-OAEP", bits, day);
	bool gcm = shown->content[CONTENT_AES_256_GCM];

	assert_true(chosen == (key && (profile != PROFILE_AEAD || gcm)));
	if (!chosen) {
		assert_true(why.text[0] != '\0');
		return;
	}
	assert_true((way.content == CONTENT_AES_256_GCM) == gcm);
	assert_true(
	    shown->content[way.content] || way.content == CONTENT_AES_256_CBC);
	if (way.content == CONTENT_AES_128_CBC)
		assert_true(allowed("AES-CBC", 128, day));
	if (profile != PROFILE_INTEROP || shown->oaep)
		assert_true(way.oaep);
	else if (bits != 0)
		assert_true(way.oaep != allowed("RSAES-PKCS1-v1_5", bits, day));
}

static void
nobody_gets_what_they_cannot_read_or_the_list_denies(void **unused)
{
	(void)unused;
	for (unsigned n = 0; n < PROFILES << (CONTENTS + 1); n++)
		for (size_t i = 0; i < COUNT(lengths) * COUNT(days); i++) {
			struct shown shown = { n & 1, { false } };

			for (unsigned c = 0; c < CONTENTS; c++)
				shown.content[c] = n >> (c + 1) & 1;
			check((enum profile)(n >> (CONTENTS + 1)), &shown,
			    lengths[i % COUNT(lengths)],
			    days[i / COUNT(lengths)]);
		}
}

static const struct {
	const char *text;
	struct shown shown;
} files[] = {
	{ "", { false, { false } } },
	{ "AES-256-GCM", { false, { [CONTENT_AES_256_GCM] = true } } },
	{ "AES-256-GC\nAES-256-GCMM aes-256-gcm", { false, { false } } },
	{ "# AES-256-GCM\r\n\tRSAES-OAEP # x\nAES-128-CBC#",
	    { true, { [CONTENT_AES_128_CBC] = true } } },
	{ "CAMELLIA-256-CBC,AES-256-CBC", { false, { false } } },
};

static void
words_show_what_they_name(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < COUNT(files); i++) {
		struct shown shown = { false, { false } };

		capability_words(files[i].text, strlen(files[i].text), &shown);
		assert_memory_equal(&files[i].shown, &shown, sizeof shown);
	}
}

static void
other_profiles_are_errors(void **unused)
{
	struct reason why;
	enum profile profile;

	(void)unused;
	assert_int_equal(0, profile_named("cryptrec", &profile, &why));
	assert_int_equal(PROFILE_CRYPTREC, profile);
	assert_int_equal(-1, profile_named("none", &profile, &why));
	assert_int_equal(-1, profile_named("", &profile, &why));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    nobody_gets_what_they_cannot_read_or_the_list_denies),
		cmocka_unit_test(words_show_what_they_name),
		cmocka_unit_test(other_profiles_are_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
