/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "milter/base/count.h"
#include "tests/mail/tree.h"
#include "milter/base/banned.h"

/* Every mail of the real ones that stand beside the project, if they do: none
 * may end the program, and each must give a whole tree. */
static const char *const folders[] = { "phish", "ham", "mime", "tnef", "robust",
	"smime", "pgp" };

enum { LARGEST = 30 << 20 };

/* nftw() has no argument for these. */
static struct {
	size_t files;
	double seconds, slowest;
	char slowest_name[512];
} seen;

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
note_time(const char *path, double seconds)
{
	seen.files++;
	seen.seconds += seconds;
	if (seconds <= seen.slowest)
		return;
	seen.slowest = seconds;
	(void)snprintf(seen.slowest_name, sizeof seen.slowest_name, "%s", path);
}

static void
check_tree(const struct message *m)
{
	int index = 0;

	for (const struct part *p = m->root; p; p = p->next) {
		assert_int_equal(p->index, index++);
		assert_non_null(p->type);
		assert_non_null(p->path);
	}
	assert_int_equal(index, m->parts);
}

static int
visit(const char *path, const struct stat *st, int kind, struct FTW *unused)
{
	struct arena *a;
	unsigned char *bytes;
	size_t len;
	double start;
	FILE *f;

	(void)unused;
	if (kind != FTW_F || st->st_size > LARGEST)
		return 0;
	f = fopen(path, "rb");
	assert_non_null(f);
	bytes = malloc((size_t)st->st_size + 1);
	assert_non_null(bytes);
	len = fread(bytes, 1, (size_t)st->st_size, f);
	(void)fclose(f);
	a = arena_new((size_t)1 << 31);
	start = now();
	check_tree(message_read(a, bytes, len, &tree_limits));
	note_time(path, now() - start);
	arena_free(&a);
	free(bytes);
	return 0;
}

static void
real_mail(void **unused)
{
	const char *top = getenv("top_srcdir");
	char path[4096];

	(void)unused;
	for (size_t i = 0; i < COUNT(folders); i++) {
		memset(&seen, 0, sizeof seen);
		(void)snprintf(path, sizeof path, "%s/../shared/data/%s",
		    top ? top : ".", folders[i]);
		(void)nftw(path, visit, 16, FTW_PHYS);
		if (seen.files > 0)
			print_message("%s: %zu files, %.3f s of CPU a "
				      "thousand, slowest %.1f ms: %s\n",
			    folders[i], seen.files,
			    seen.seconds * 1000 / (double)seen.files,
			    seen.slowest * 1000, seen.slowest_name);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(real_mail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
