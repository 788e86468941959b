/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#include "milter/run/collect.h"
#include "milter/base/banned.h"

static void
expect(struct collect *c, const char *bytes, size_t len)
{
	char *got = malloc(len + 1);
	struct reason why;
	int fd = collect_seal(c, &why);

	assert_int_not_equal(fd, -1);
	assert_int_equal(lseek(fd, 0, SEEK_END), len);
	assert_int_equal(pread(fd, got, len, 0), len);
	assert_memory_equal(got, bytes, len);
	free(got);
}

static void
the_message_is_as_it_was_sent(void **unused)
{
	static const char whole[] = "Subject: a\r\n\tb\r\nX:no blank\r\n"
				    "Y:\t \r\n\r\nbody\0with NUL\r\n";
	struct collect c;

	(void)unused;
	collect_init(&c, 1000);
	collect_header(&c, "Subject", " a\n\tb");
	collect_header(&c, "X", "no blank");
	collect_header(&c, "Y", "\t ");
	collect_end_of_header(&c);
	collect_body(&c, "body\0with NUL\r\n", 15);
	expect(&c, whole, sizeof whole - 1);
	collect_reset(&c);
}

static void
a_fold_that_has_cr_already_gets_no_second(void **unused)
{
	struct collect c;

	(void)unused;
	collect_init(&c, 1000);
	collect_header(&c, "A", " b\r\n c");
	expect(&c, "A: b\r\n c\r\n", 10);
	collect_reset(&c);
}

static void
a_large_body_comes_in_order(void **unused)
{
	enum { PIECE = 65535, PIECES = 40 };
	struct collect c;
	char *all = malloc((size_t)PIECE * PIECES);

	(void)unused;
	for (size_t i = 0; i < (size_t)PIECE * PIECES; i++)
		all[i] = (char)(i * 7 + i / 1000);
	collect_init(&c, (uint64_t)PIECE * PIECES);
	for (size_t at = 0, n = 1; at < (size_t)PIECE * PIECES; at += n) {
		n = (at * 31) % PIECE + 1;
		if (n > (size_t)PIECE * PIECES - at)
			n = (size_t)PIECE * PIECES - at;
		collect_body(&c, all + at, n);
	}
	assert_false(c.over);
	expect(&c, all, (size_t)PIECE * PIECES);
	collect_reset(&c);
	free(all);
}

/* A header of any size stays in front of a body of any size. */
static void
no_piece_overtakes_another(void **unused)
{
	enum { MOST = 40000, STEP = 97 };
	char *all = malloc(2 * MOST);

	(void)unused;
	for (size_t i = 0; i < 2 * MOST; i++)
		all[i] = (char)(i * 7 + i / 1000);
	for (size_t first = 1; first < MOST; first += 1999)
		for (size_t second = 1; second < MOST; second += STEP) {
			struct collect c;

			collect_init(&c, 2 * MOST);
			collect_body(&c, all, first);
			collect_body(&c, all + first, second);
			expect(&c, all, first + second);
			collect_reset(&c);
		}
	free(all);
}

static void
the_limit_is_exact(void **unused)
{
	struct collect c;

	(void)unused;
	collect_init(&c, 10);
	collect_body(&c, "0123456789", 10);
	assert_false(c.over);
	collect_body(&c, "x", 1);
	assert_true(c.over);
	collect_reset(&c);
	assert_false(c.over);
	assert_int_equal(c.fd, -1);
	assert_null(c.buffer);
}

static void
a_sealed_message_cannot_change(void **unused)
{
	struct collect c;
	struct reason why;
	int fd;

	(void)unused;
	collect_init(&c, 10);
	collect_body(&c, "0123", 4);
	fd = collect_seal(&c, &why);
	assert_int_equal(pwrite(fd, "x", 1, 0), -1);
	assert_int_equal(errno, EPERM);
	assert_int_equal(ftruncate(fd, 1), -1);
	assert_ptr_equal(mmap(NULL, 4, PROT_WRITE, MAP_SHARED, fd, 0),
	    MAP_FAILED);
	collect_reset(&c);
}

static void
an_empty_message_is_a_message(void **unused)
{
	struct collect c;

	(void)unused;
	collect_init(&c, 10);
	expect(&c, "", 0);
	collect_reset(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_message_is_as_it_was_sent),
		cmocka_unit_test(a_fold_that_has_cr_already_gets_no_second),
		cmocka_unit_test(a_large_body_comes_in_order),
		cmocka_unit_test(no_piece_overtakes_another),
		cmocka_unit_test(the_limit_is_exact),
		cmocka_unit_test(a_sealed_message_cannot_change),
		cmocka_unit_test(an_empty_message_is_a_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
