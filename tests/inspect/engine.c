/* SPDX-License-Identifier: ISC */
#include <fcntl.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "milter/base/conf.h"
#include "milter/base/count.h"
#include "milter/inspect/engine.h"
#include "milter/base/banned.h"

static char folder[] = "/tmp/sekimori-engine.XXXXXX";

static void
set_path(conf_path *path, const char *value)
{
	free(*path);
	*path = strdup(value);
}

/* The shipped signatures alone, with a database folder that is empty. */
static struct conf *
settings(void)
{
	struct reason why = { "" };
	struct conf *conf = conf_load(NULL, &why);
	char own[4096];

	assert_non_null(conf);
	snprintf(own, sizeof own, "%s/milter/inspect/signatures",
	    getenv("top_srcdir"));
	set_path(&conf->own_signature_dir, own);
	set_path(&conf->signature_dir, folder);
	return conf;
}

static void
write_database(const char *name, const char *text)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void
remove_database(const char *name)
{
	char path[256];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	assert_int_equal(0, unlink(path));
}

static size_t
unhex(const char *hex, unsigned char *out)
{
	size_t len = strlen(hex) / 2;

	for (size_t i = 0; i < len; i++) {
		const char pair[3] = { hex[2 * i], hex[2 * i + 1], '\0' };

		out[i] = (unsigned char)strtoul(pair, NULL, 16);
	}
	return len;
}

/* EICAR in hex; a zip of it; a zip whose member is flagged encrypted; a zip
 * whose member says it is 0x7ffffff0 bytes large; one with zip64 sizes. */
static const struct {
	const char *what, *hex;
	enum engine_result result;
} samples[] = {
	{ "text", "68656c6c6f20776f726c640a", ENGINE_CLEAN },
	{ "nothing", "", ENGINE_CLEAN },
	{ "the test file",
	    "58354f2150254041505b345c505a58353428505e2937434329377d2445494341"
	    "522d5354414e444152442d414e544956495255532d544553542d46494c452124"
	    "482b482a",
	    ENGINE_FOUND },
	{ "the test file in a zip",
	    "504b03041400000008000000215c3ccf5168460000004400000005000000652e"
	    "636f6d8b30f5570c5075700c88368909888a3035d10888d3347776d634af5571"
	    "f574760cd20d0e71f473710c72d175f40bf10cf30c0a0dd60d710d0ed175f3f4"
	    "715554f1d0f6d00200504b010214031400000008000000215c3ccf5168460000"
	    "0044000000050000000000000000000000800100000000652e636f6d504b0506"
	    "000000000100010033000000690000000000",
	    ENGINE_FOUND },
	{ "an encrypted zip",
	    "504b03041400010008000000215cf6d253380b0000001d00000005000000612e"
	    "747874cb48cdc9c957c8c04e0200504b010214031400010008000000215cf6d2"
	    "53380b0000001d000000050000000000000000000000800100000000612e7478"
	    "74504b05060000000001000100330000002e0000000000",
	    ENGINE_ENCRYPTED },
	{ "a zip with a huge member",
	    "504b03041400000008000000215c44f4c90211000000f0ffff7f05000000612e"
	    "646f6363601805a360148c8251300a46c1500700504b01021403140000000800"
	    "0000215c44f4c90211000000f0ffff7f05000000000000000000000080010000"
	    "0000612e646f63504b0506000000000100010033000000340000000000",
	    ENGINE_LIMIT },
	{ "a zip64",
	    "504b03042d00000000000000215c3ccf5168ffffffffffffffff05001400652e"
	    "636f6d010010004400000000000000440000000000000058354f215025404150"
	    "5b345c505a58353428505e2937434329377d2445494341522d5354414e444152"
	    "442d414e544956495255532d544553542d46494c452124482b482a504b01022d"
	    "032d00000000000000215c3ccf51684400000044000000050000000000000000"
	    "000000800100000000652e636f6d504b05060000000001000100330000007b00"
	    "00000000",
	    ENGINE_LIMIT },
};

static void
samples_are_judged(void **state)
{
	struct conf *conf = settings();
	struct reason why = { "" };
	unsigned char bytes[1024];
	char name[128];

	(void)state;
	assert_int_equal(0, engine_load(conf, &why));
	assert_int_equal(0, engine_temp(folder, &why));
	for (size_t i = 0; i < COUNT(samples); i++) {
		const struct engine_ask ask = { .bytes = bytes,
			.len = unhex(samples[i].hex, bytes) };
		enum engine_result result =
		    engine_scan(&ask, name, sizeof name);

		if (result != samples[i].result)
			fail_msg("%s: %d \"%s\", expected %d", samples[i].what,
			    result, name, samples[i].result);
	}
	conf_free(&conf);
}

static void
own_signatures_alone_are_reduced(void **state)
{
	struct conf *conf = settings();
	struct reason why = { "" };

	(void)state;
	assert_int_equal(0, engine_load(conf, &why));
	assert_true(engine_info()->reduced);
	assert_int_equal(0, engine_info()->db_time);
	assert_int_equal(2, engine_info()->signatures);
	assert_memory_equal("ClamAV 1.", engine_info()->version, 9);
	write_database("site.ndb", "Site.Test:0:*:736974652d74657374\n");
	assert_int_equal(0, engine_load(conf, &why));
	assert_false(engine_info()->reduced);
	assert_int_equal(3, engine_info()->signatures);
	remove_database("site.ndb");
	conf_free(&conf);
}

static const struct {
	const char *name, *text;
} broken[] = {
	{ "half.ndb", "Site.Test:0:*:73697" },
	{ "half.cvd", "ClamAV-VDB:01 Jan 2026 00-00 +0000:1:2:90:0123:" },
	{ "empty.hdb", "" },
};

static void
broken_database_is_refused(void **state)
{
	struct conf *conf = settings();
	struct reason why = { "" };

	(void)state;
	for (size_t i = 0; i < COUNT(broken); i++) {
		write_database(broken[i].name, broken[i].text);
		why.text[0] = '\0';
		assert_int_equal(-1, engine_load(conf, &why));
		assert_non_null(strstr(why.text, folder));
		remove_database(broken[i].name);
	}
	conf_free(&conf);
}

/* Signatures that do not know the test file are not in order. */
static void
engine_without_eicar_is_refused(void **state)
{
	struct conf *conf = settings();
	struct reason why = { "" };

	(void)state;
	write_database("site.ndb", "Site.Test:0:*:736974652d74657374\n");
	set_path(&conf->own_signature_dir, folder);
	assert_int_equal(-1, engine_load(conf, &why));
	assert_non_null(strstr(why.text, "EICAR"));
	remove_database("site.ndb");
	conf_free(&conf);
}

/* A file over the limit must not be called clean, as libclamav does. */
static void
limit_is_not_clean(void **state)
{
	struct conf *conf = settings();
	struct reason why = { "" };
	char name[128];
	size_t len = 3 << 20;
	unsigned char *bytes = calloc(1, len);
	const struct engine_ask ask = { .bytes = bytes, .len = len };

	(void)state;
	conf->scan_decoded = 1 << 20;
	assert_int_equal(0, engine_load(conf, &why));
	assert_int_equal(ENGINE_LIMIT, engine_scan(&ask, name, sizeof name));
	free(bytes);
	conf_free(&conf);
}

static int
make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) == NULL ? -1 : 0;
}

static int
remove_folder(void **state)
{
	(void)state;
	engine_unload();
	return rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples_are_judged),
		cmocka_unit_test(own_signatures_alone_are_reduced),
		cmocka_unit_test(broken_database_is_refused),
		cmocka_unit_test(engine_without_eicar_is_refused),
		cmocka_unit_test(limit_is_not_clean),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
