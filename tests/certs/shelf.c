/* SPDX-License-Identifier: ISC */
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "certs/shelf.h"
#include "milter/base/count.h"

static char here[64];
static int folder;
static size_t opens, entries;

int __real_openat(int at, const char *name, int flags, ...);
int __wrap_openat(int at, const char *name, int flags, ...);
struct dirent *__real_readdir(DIR *dir);
struct dirent *__wrap_readdir(DIR *dir);

int
__wrap_openat(int at, const char *name, int flags, ...)
{
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = (flags & O_CREAT) != 0 ? va_arg(args, mode_t) : 0;
	va_end(args);
	opens++;
	return __real_openat(at, name, flags, mode);
}

struct dirent *
__wrap_readdir(DIR *dir)
{
	entries++;
	return __real_readdir(dir);
}

static int
set_up(void **unused)
{
	(void)unused;
	snprintf(here, sizeof here, "/tmp/skm-shelf.XXXXXX");
	assert_non_null(mkdtemp(here));
	folder = open(here, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_not_equal(-1, folder);
	return 0;
}

static int
tear_down(void **unused)
{
	char command[128];

	(void)unused;
	close(folder);
	snprintf(command, sizeof command, "rm -rf %s", here);
	return system(command);
}

static int
put(const char *address, const char *id, const char *trust)
{
	json_t *note = json_pack("{s:s}", "trust", trust);
	struct reason why;
	int answer =
	    shelf_put(folder, "smime", address, id, "key", 3, note, &why);

	json_decref(note);
	return answer;
}

static void
write_file(const char *name, const char *text)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", here, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static size_t
count_of(const char *address)
{
	struct shelf_key keys[SHELF_KEYS];
	struct reason why;
	size_t count;

	assert_int_equal(0,
	    shelf_keys(folder, "smime", address, keys, &count, &why));
	shelf_free(keys, count);
	return count;
}

/* The cost of a look-up is that of its own address. */
static void
others_cost_nothing(void **unused)
{
	char address[64];
	size_t alone, read;

	(void)unused;
	assert_int_equal(0, put("one@p.test", "0123456789abcdef", "verified"));
	opens = entries = 0;
	assert_int_equal(1, count_of("one@p.test"));
	alone = opens;
	read = entries;
	assert_true(alone > 0 && alone <= 6);
	for (int i = 0; i < 300; i++) {
		snprintf(address, sizeof address, "smime/%d@p.test.pem", i);
		write_file(address, "key");
	}
	opens = entries = 0;
	assert_int_equal(1, count_of("ONE@p.test"));
	assert_int_equal(alone, opens);
	assert_int_equal(read, entries);
}

static enum shelf_trust
trust_of(const char *address, const char *id)
{
	struct shelf_key keys[SHELF_KEYS];
	enum shelf_trust trust = SHELF_HARVESTED;
	struct reason why;
	size_t count, found = 0;

	assert_int_equal(0,
	    shelf_keys(folder, "smime", address, keys, &count, &why));
	for (size_t i = 0; i < count; i++)
		if (strcmp(keys[i].id, id) == 0) {
			trust = keys[i].trust;
			found++;
		}
	shelf_free(keys, count);
	assert_int_equal(1, found);
	return trust;
}

static void
a_note_tells_the_trust(void **unused)
{
	(void)unused;
	assert_int_equal(0, put("t@p.test", "aaaaaaaaaaaaaaa1", "verified"));
	assert_int_equal(0, put("t@p.test", "aaaaaaaaaaaaaaa2", "directory"));
	assert_int_equal(0, put("t@p.test", "aaaaaaaaaaaaaaa3", "invented"));
	assert_int_equal(0, put("t@p.test", "aaaaaaaaaaaaaaa4", "verified"));
	write_file("smime/t@p.test/aaaaaaaaaaaaaaa4.json", "{\"trust\":");
	write_file("smime/t@p.test.pem", "by hand");
	assert_int_equal(SHELF_VERIFIED,
	    trust_of("t@p.test", "aaaaaaaaaaaaaaa1"));
	assert_int_equal(SHELF_DIRECTORY,
	    trust_of("t@p.test", "aaaaaaaaaaaaaaa2"));
	assert_int_equal(SHELF_HARVESTED,
	    trust_of("t@p.test", "aaaaaaaaaaaaaaa3"));
	assert_int_equal(SHELF_HARVESTED,
	    trust_of("t@p.test", "aaaaaaaaaaaaaaa4"));
	assert_int_equal(SHELF_VERIFIED, trust_of("t@p.test", ""));
	assert_int_equal(5, count_of("t@p.test"));
}

static void
so_many_and_no_more(void **unused)
{
	struct shelf_key keys[SHELF_KEYS];
	char id[64];
	struct reason why;
	size_t count;

	(void)unused;
	for (int i = 0; i < SHELF_KEYS; i++) {
		snprintf(id, sizeof id, "bbbbbbbbbbbbbb%02d", i);
		assert_int_equal(0, put("m@p.test", id, "verified"));
	}
	assert_int_equal(SHELF_KEYS, count_of("m@p.test"));
	assert_int_equal(0, put("m@p.test", "bbbbbbbbbbbbbb00", "verified"));
	assert_int_equal(-1, put("m@p.test", "bbbbbbbbbbbbbb99", "verified"));
	/* More, by hand: rather none than a part of them. */
	write_file("smime/m@p.test/bbbbbbbbbbbbbb98.pem", "key");
	assert_int_equal(-1,
	    shelf_keys(folder, "smime", "m@p.test", keys, &count, &why));
	assert_int_equal(0, count);
}

static void
no_name_leads_elsewhere(void **unused)
{
	static const char *const addresses[] = { "", "nobody", "../a@p.test",
		"a/b@p.test", ".a@p.test", "a@p.test\n",
		"\xe3\x81\x82@p.test" };
	static const char *const ids[] = { "", "../outside-of-it", "abc",
		"aaaaaaaaaaaaaaaa/aaaaaa" };
	struct reason why;
	json_t *note = json_object();
	char *bytes;
	size_t len;

	(void)unused;
	assert_int_equal(0, shelf_aside(folder, "pending", "dddddddddddddddd",
				"key", 3, note, &why));
	json_decref(note);
	write_file("outside-of-it.key", "not a key of this corner");
	for (size_t i = 0; i < COUNT(addresses); i++)
		assert_int_equal(-1,
		    put(addresses[i], "0123456789abcdef", "verified"));
	for (size_t i = 0; i < COUNT(ids); i++)
		assert_int_equal(-1, shelf_from_aside(folder, "pending", ids[i],
					 &bytes, &len, &note, &why));
}

static void
never(void *context, const char *name)
{
	(void)context;
	assert_null(strstr(name, ".capabilities"));
}

/* They stand beside the keys that import put there, and are none. */
static void
capabilities_lie_beside(void **unused)
{
	struct reason why;
	char *text;
	size_t len;

	(void)unused;
	assert_int_equal(0, put("c@p.test", "eeeeeeeeeeeeeeee", "verified"));
	assert_null(shelf_capabilities(folder, "c@p.test", &len));
	write_file("smime/c@p.test.capabilities", "AES-256-GCM");
	text = shelf_capabilities(folder, "C@P.test", &len);
	assert_non_null(text);
	assert_int_equal(11, len);
	assert_memory_equal("AES-256-GCM", text, len);
	free(text);
	assert_int_equal(1, count_of("c@p.test"));
	assert_int_equal(0, shelf_each(folder, "smime", never, NULL, &why));
	write_file("outside@p.test.capabilities", "AES-256-GCM");
	assert_null(shelf_capabilities(folder, "../outside@p.test", &len));
}

static void
aside_and_away(void **unused)
{
	const char *id = "cccccccccccccccc";
	json_t *note = json_pack("{s:s}", "address", "x@p.test"), *back = NULL;
	struct reason why;
	char *bytes;
	size_t len;

	(void)unused;
	assert_false(shelf_is_aside(folder, "revoked", id));
	assert_int_equal(0,
	    shelf_aside(folder, "revoked", id, "key", 3, note, &why));
	assert_true(shelf_is_aside(folder, "revoked", id));
	assert_int_equal(0,
	    shelf_from_aside(folder, "revoked", id, &bytes, &len, &back, &why));
	assert_string_equal("key", bytes);
	assert_true(json_equal(note, back));
	free(bytes);
	json_decref(back);
	json_decref(note);
	assert_int_equal(0, put("x@p.test", id, "verified"));
	assert_int_equal(0,
	    shelf_remove(folder, "smime", "x@p.test", id, &why));
	assert_int_equal(0, count_of("x@p.test"));
	assert_int_equal(-1,
	    shelf_remove(folder, "smime", "x@p.test", id, &why));
	assert_int_equal(0, shelf_remove(folder, "revoked", NULL, id, &why));
	assert_false(shelf_is_aside(folder, "revoked", id));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(others_cost_nothing),
		cmocka_unit_test(a_note_tells_the_trust),
		cmocka_unit_test(so_many_and_no_more),
		cmocka_unit_test(no_name_leads_elsewhere),
		cmocka_unit_test(capabilities_lie_beside),
		cmocka_unit_test(aside_and_away),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
