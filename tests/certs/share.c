/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#include "certs/named.h"
#include "certs/share.h"
#include "milter/base/count.h"

enum { RCPTS = 4, STATES = 16 };

/* What must hold of every sharing. */
static void
check(const struct share shares[RCPTS])
{
	struct share_copy copies[SEAL_COPIES];
	size_t used = share_out(shares, RCPTS, copies), seen[RCPTS] = { 0 };
	bool all = true;

	for (size_t i = 0; i < RCPTS; i++)
		all &= shares[i].certificate || shares[i].key;
	assert_true(all == (used > 0));
	for (size_t i = 0; i < used; i++)
		for (size_t j = 0; j < copies[i].count; j++) {
			const struct share *s = &shares[copies[i].rcpts[j]];

			seen[copies[i].rcpts[j]]++;
			assert_true(copies[i].method == SEAL_SMIME
					? s->certificate
					: s->key);
			if (copies[i].method == SEAL_SMIME)
				assert_int_equal(s->content, copies[i].content);
			if (!s->named)
				assert_int_equal(1, copies[i].count);
		}
	for (size_t i = 0; used > 0 && i < RCPTS; i++)
		assert_int_equal(1, seen[i]);
}

static void
everyone_has_one_copy_that_names_no_hidden_one(void **unused)
{
	(void)unused;
	for (size_t n = 0; n < STATES * STATES * STATES * STATES; n++) {
		struct share shares[RCPTS];
		size_t bits = n;

		for (size_t i = 0; i < RCPTS; i++, bits /= STATES) {
			shares[i].certificate = bits & 1;
			shares[i].key = bits & 2;
			shares[i].named = bits & 4;
			shares[i].content = bits & 8 ? CONTENT_AES_256_CBC
						     : CONTENT_AES_256_GCM;
		}
		check(shares);
	}
}

static void
too_many_copies_are_none(void **unused)
{
	struct share shares[SEAL_COPIES + 1];
	struct share_copy copies[SEAL_COPIES];

	(void)unused;
	for (size_t i = 0; i < COUNT(shares); i++)
		shares[i] = (struct share){ .certificate = true };
	assert_int_equal(SEAL_COPIES, share_out(shares, SEAL_COPIES, copies));
	assert_int_equal(0, share_out(shares, SEAL_COPIES + 1, copies));
	shares[0].named = shares[1].named = true;
	assert_int_equal(SEAL_COPIES,
	    share_out(shares, SEAL_COPIES + 1, copies));
}

/* As few copies as can be: one for each cipher of those who are named. */
static void
each_cipher_is_one_copy(void **unused)
{
	struct share shares[2 * CONTENTS];
	struct share_copy copies[SEAL_COPIES];

	(void)unused;
	for (size_t i = 0; i < COUNT(shares); i++)
		shares[i] = (struct share){ true, true, true,
			(enum content)(i % CONTENTS) };
	assert_int_equal(CONTENTS, share_out(shares, COUNT(shares), copies));
	for (size_t i = 0; i < CONTENTS; i++) {
		assert_int_equal(2, copies[i].count);
		assert_int_equal(i, copies[i].content);
	}
	/* OpenPGP chooses by itself: whoever shares it shares one copy. */
	shares[0].certificate = false;
	assert_int_equal(1, share_out(shares, COUNT(shares), copies));
}

static const char header[] = "From: s@here.test\r\n"
			     "To: <a@x.test>, B@X.test (boss),\r\n"
			     "\tgroup: c@x.test;\r\n"
			     "X-To: d@x.test\r\n"
			     "Bcc: e@x.test\r\n"
			     "resent-cc: f@x.test\r\n"
			     "\r\n"
			     "To: g@x.test\r\n";

static const struct {
	const char *address;
	bool named;
} names[] = {
	{ "a@x.test", true },
	{ "b@x.test", true },
	{ "c@x.test", true },
	{ "f@x.test", true },
	{ "d@x.test", false },
	{ "e@x.test", false },
	{ "g@x.test", false },
	{ "s@here.test", false },
	{ "@x.test", false },
	{ "a@x.tes", false },
	{ "a@x.test.jp", false },
};

static void
only_whole_addresses_are_names(void **unused)
{
	int fd = memfd_create("message", MFD_CLOEXEC);
	struct reason why;
	struct named *n;

	(void)unused;
	assert_int_equal(strlen(header), write(fd, header, strlen(header)));
	n = named_open(fd, &why);
	assert_non_null(n);
	for (size_t i = 0; i < COUNT(names); i++)
		if (named_has(n, names[i].address) != names[i].named)
			fail_msg("%s", names[i].address);
	named_close(&n);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    everyone_has_one_copy_that_names_no_hidden_one),
		cmocka_unit_test(each_cipher_is_one_copy),
		cmocka_unit_test(too_many_copies_are_none),
		cmocka_unit_test(only_whole_addresses_are_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
