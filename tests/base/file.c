/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "milter/base/file.h"

static char path[] = "/tmp/file.XXXXXX";
static int folder;

static int
set_up(void **unused)
{
	(void)unused;
	memcpy(path, "/tmp/file.XXXXXX", sizeof path);
	if (mkdtemp(path) == NULL)
		return -1;
	folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return folder == -1;
}

static int
tear_down(void **unused)
{
	(void)unused;
	unlinkat(folder, "a", 0);
	unlinkat(folder, "pipe", 0);
	unlinkat(folder, "x/y/z", AT_REMOVEDIR);
	unlinkat(folder, "x/y", AT_REMOVEDIR);
	unlinkat(folder, "x", AT_REMOVEDIR);
	close(folder);
	/* Fails if a temporary file was left behind. */
	return rmdir(path);
}

static void
files_are_put_and_read_back(void **unused)
{
	struct reason why = { "" };
	struct stat st;
	char *bytes;
	size_t len;

	(void)unused;
	umask(022);
	assert_int_equal(file_put(folder, "a", "one", 3, 0600, &why), 0);
	assert_int_equal(file_put(folder, "a", "t\0wo", 4, 0640, &why), 0);
	assert_int_equal(fstatat(folder, "a", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_int_equal(file_get(folder, "a", 4, &bytes, &len, &why), 0);
	assert_int_equal(len, 4);
	assert_memory_equal(bytes, "t\0wo", 5);
	free(bytes);
	assert_int_equal(file_get(folder, "a", 3, &bytes, &len, &why), -1);
	assert_string_equal(why.text, "a: is larger than 3 bytes");
	assert_int_equal(file_put(folder, "a", "", 0, 0600, &why), 0);
	assert_int_equal(file_get(folder, "a", 3, &bytes, &len, &why), 0);
	assert_string_equal(bytes, "");
	free(bytes);
}

static void
what_is_no_file_is_refused(void **unused)
{
	struct reason why = { "" };
	char *bytes;
	size_t len;

	(void)unused;
	assert_int_equal(file_get(folder, "b", 9, &bytes, &len, &why), -1);
	assert_string_equal(why.text,
	    "cannot open b: No such file or directory");
	assert_int_equal(mkfifoat(folder, "pipe", 0600), 0);
	assert_int_equal(file_get(folder, "pipe", 9, &bytes, &len, &why), -1);
	assert_string_equal(why.text, "pipe: is not a file");
	assert_int_equal(file_get(folder, ".", 9, &bytes, &len, &why), -1);
}

static void
a_put_that_fails_changes_nothing(void **unused)
{
	struct reason why = { "" };
	char name[300];

	(void)unused;
	memset(name, 'n', sizeof name);
	name[sizeof name - 1] = '\0';
	assert_int_equal(file_put(folder, name, "x", 1, 0600, &why), -1);
	/* A folder cannot be replaced by a file. */
	assert_int_equal(mkdirat(folder, "x", 0700), 0);
	assert_int_equal(file_put(folder, "x", "x", 1, 0600, &why), -1);
	assert_non_null(strstr(why.text, "cannot put x in its place"));
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	assert_int_equal(file_write(full, "x", 1, &why), -1);
	assert_string_equal(why.text, "cannot write: No space left on device");
	close(full);
}

static void
copies_begin_at_the_first_byte(void **unused)
{
	static char bytes[200000], back[200001];
	struct reason why = { "" };
	int from = memfd_create("from", MFD_CLOEXEC);
	int to = memfd_create("to", MFD_CLOEXEC);

	(void)unused;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)(i % 251);
	assert_int_equal(file_write(from, bytes, sizeof bytes, &why), 0);
	assert_int_equal(file_copy(from, to, &why), 0);
	assert_int_equal(pread(to, back, sizeof back, 0), sizeof bytes);
	assert_memory_equal(back, bytes, sizeof bytes);
	close(from);
	assert_int_equal(file_copy(from, to, &why), -1);
	close(to);
}

static void
folders_are_made_with_their_parents(void **unused)
{
	struct reason why = { "" };
	char deep[64];
	struct stat st;

	(void)unused;
	snprintf(deep, sizeof deep, "%s/x/y/z", path);
	assert_int_equal(file_folder(deep, 0700, &why), 0);
	assert_int_equal(file_folder(deep, 0700, &why), 0);
	assert_int_equal(stat(deep, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(file_put(folder, "a", "", 0, 0600, &why), 0);
	snprintf(deep, sizeof deep, "%s/a", path);
	assert_int_equal(file_folder(deep, 0700, &why), -1);
	assert_non_null(strstr(why.text, "is not a folder"));
	assert_int_equal(file_folder("", 0700, &why), -1);
	assert_int_equal(file_sync(folder, "it", &why), 0);
	assert_int_equal(file_sync(-1, "it", &why), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
		IN_FOLDER(files_are_put_and_read_back),
		IN_FOLDER(what_is_no_file_is_refused),
		IN_FOLDER(a_put_that_fails_changes_nothing),
		IN_FOLDER(copies_begin_at_the_first_byte),
		IN_FOLDER(folders_are_made_with_their_parents),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
