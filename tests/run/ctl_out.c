/* SPDX-License-Identifier: ISC */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "milter/base/command.h"
#include "milter/base/file.h"
#include "milter/base/reason.h"
#include "milter/run/ctl_out.h"
#include "milter/base/banned.h"

static char folder[64];

static int
set_up(void **unused)
{
	(void)unused;
	snprintf(folder, sizeof folder, "/tmp/sekimori-ctl-out.XXXXXX");
	return mkdtemp(folder) == NULL ? -1 : 0;
}

static int
tear_down(void **unused)
{
	(void)unused;
	file_empty(folder);
	return rmdir(folder);
}

static int
speak(void *word)
{
	printf("%s", (const char *)word);
	return COMMAND_OK;
}

static int
fail_half_way(void *word)
{
	printf("%s", (const char *)word);
	return COMMAND_FAILED;
}

static int
die(void *unused)
{
	(void)unused;
	abort();
}

static void
holds(const char *path, const char *wanted)
{
	struct reason why;
	char *text;
	size_t len;

	assert_int_equal(0,
	    file_get(AT_FDCWD, path, 1 << 20, &text, &len, &why));
	assert_string_equal(wanted, text);
	free(text);
}

static void
the_file_is_whole_or_as_it_was(void **unused)
{
	char path[128], first[] = "first", second[] = "second";
	struct stat st;

	(void)unused;
	snprintf(path, sizeof path, "%s/out", folder);
	assert_int_equal(COMMAND_OK, ctl_out(path, speak, first));
	holds(path, "first");
	assert_int_equal(0, stat(path, &st));
	assert_int_equal(0600, st.st_mode & 0777);
	assert_int_equal(COMMAND_FAILED, ctl_out(path, fail_half_way, second));
	holds(path, "first");
	assert_int_equal(COMMAND_FAILED, ctl_out(path, die, NULL));
	holds(path, "first");
	assert_int_equal(COMMAND_OK, ctl_out(path, speak, second));
	holds(path, "second");
	/* nothing else is left there */
	assert_int_equal(0, unlink(path));
	assert_int_equal(0, rmdir(folder));
	assert_int_equal(0, mkdir(folder, 0700));
}

static void
a_folder_that_is_not_there_is_told(void **unused)
{
	char path[128], word[] = "word";

	(void)unused;
	snprintf(path, sizeof path, "%s/none/out", folder);
	assert_int_equal(COMMAND_FAILED, ctl_out(path, speak, word));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_file_is_whole_or_as_it_was),
		cmocka_unit_test(a_folder_that_is_not_there_is_told),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
