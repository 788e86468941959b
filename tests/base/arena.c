/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "milter/base/arena.h"

static void
memory_is_zeroed_and_aligned(void **unused)
{
	struct arena *a = arena_new(1 << 20);

	(void)unused;
	for (size_t size = 0; size < 1000; size++) {
		unsigned char *p = arena_get(a, size);

		assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xFF, size);
	}
	arena_free(&a);
	assert_null(a);
	arena_free(&a);
}

static void
large_and_small_share_an_arena(void **unused)
{
	struct arena *a = arena_new(8 << 20);
	char *kept[64];

	(void)unused;
	for (int i = 0; i < 64; i++) {
		kept[i] = arena_printf(a, "number %d", i);
		memset(arena_get(a, 100000), 'x', 100000);
	}
	for (int i = 0; i < 64; i++)
		assert_int_equal(atoi(kept[i] + 7), i);
	assert_string_equal(arena_copy(a, "abcdef", 3), "abc");
	assert_string_equal(arena_copy(a, NULL, 0), "");
	assert_string_equal(arena_string(a, "abc"), "abc");
	arena_free(&a);
}

/* The exit status of a process that takes count times size bytes. */
static int
status_after(size_t limit, size_t size, size_t count)
{
	int status = -1;
	pid_t child = fork();

	if (child == 0) {
		struct arena *a = arena_new(limit);

		while (count-- > 0)
			arena_get(a, size);
		_exit(0);
	}
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
the_limit_ends_the_process(void **unused)
{
	(void)unused;
	assert_int_equal(status_after(1024, 64, 16), 0);
	assert_int_equal(status_after(1024, 64, 17), 75);
	assert_int_equal(status_after(1024, 1024, 1), 0);
	assert_int_equal(status_after(1024, 1025, 1), 75);
	assert_int_equal(status_after(1024, SIZE_MAX, 1), 75);
	assert_int_equal(status_after(SIZE_MAX, SIZE_MAX - 8, 1), 75);
	/* Nothing, often enough, is something. */
	assert_int_equal(status_after(1024, 0, 1000), 75);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_zeroed_and_aligned),
		cmocka_unit_test(large_and_small_share_an_arena),
		cmocka_unit_test(the_limit_ends_the_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
