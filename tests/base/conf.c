/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "milter/base/conf.h"
#include "milter/base/count.h"

static char folder[] = "/tmp/conf.XXXXXX";
static char path[64];

static int
set_up(void **unused)
{
	(void)unused;
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof path, "%s/f", folder);
	return 0;
}

static int
tear_down(void **unused)
{
	(void)unused;
	unlink(path);
	return rmdir(folder);
}

static struct conf *
load(const char *text, struct reason *why)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	return conf_load(path, why);
}

static void
defaults_are_within_their_bounds(void **unused)
{
	struct reason why = { "" };
	struct conf *conf = conf_load(NULL, &why);

	(void)unused;
	assert_string_equal(why.text, "");
	assert_non_null(conf);
	assert_null(conf->file);
	assert_int_equal(conf->message_size, 50 << 20);
	assert_int_equal(conf->signature_age, 86400);
	assert_int_equal(conf->own_networks.count, 2);
	assert_string_equal(conf->own_networks.items[1], "::1");
	assert_int_equal(conf->dns_servers.count, 0);
	assert_string_equal(conf->node, "");
	assert_true(conf->lookup);
	conf_free(&conf);
	assert_null(conf);
	conf_free(&conf);
}

static void
a_file_goes_over_the_defaults(void **unused)
{
	struct reason why = { "" };
	struct conf *conf = load("{ \"scan_time\": \"2m\", message_size 1g\n"
				 "lookup = No; scan_children 3\n"
				 "own_domains [ a.example, \".b.example\" ]\n"
				 "subject_tag \"[\xe6\xb3\xa8 x]\" }",
	    &why);

	(void)unused;
	assert_string_equal(why.text, "");
	assert_non_null(conf);
	assert_string_equal(conf->file, path);
	assert_int_equal(conf->scan_time, 120);
	assert_int_equal(conf->message_size, 1 << 30);
	assert_int_equal(conf->scan_children, 3);
	assert_false(conf->lookup);
	assert_int_equal(conf->own_domains.count, 2);
	assert_string_equal(conf->own_domains.items[1], ".b.example");
	assert_string_equal(conf->subject_tag, "[\xe6\xb3\xa8 x]");
	conf_free(&conf);
}

static const struct {
	const char *text, *why;
} faults[] = {
	{ "\nscan_time 20m", "2: scan_time must be 1 to 600, not \"20m\"" },
	{ "scan_time 0", "1: scan_time must be 1 to 600, not \"0\"" },
	{ "scan_time 2x",
	    "1: scan_time: \"2x\" is not a time (such as 30s, 5m, 2h, 1d)" },
	{ "scan_time -2",
	    "1: scan_time: \"-2\" is not a time (such as 30s, 5m, 2h, 1d)" },
	{ "message_size 5T",
	    "1: message_size: \"5T\" is not a size (such as 64K, 50M, 1G)" },
	{ "message_size 9223372036854775807G",
	    "1: message_size: \"9223372036854775807G\" is not a size "
	    "(such as 64K, 50M, 1G)" },
	{ "scan_children 99999999999999999999",
	    "1: scan_children: \"99999999999999999999\" is not a number" },
	{ "scan_children 1K", "1: scan_children: \"1K\" is not a number" },
	{ "scan_children 1 2",
	    "1: scan_children takes one value, not 2 (put one with blanks "
	    "into quotes)" },
	{ "scan_children []",
	    "1: scan_children takes one value, not 0 (put one with blanks "
	    "into quotes)" },
	{ "lookup maybe", "1: lookup must be on or off, not \"maybe\"" },
	{ "already_encrypted yes",
	    "1: already_encrypted must be accept-known, accept-any or ignore, "
	    "not \"yes\"" },
	{ "run_dir run", "1: run_dir must be an absolute path, not \"run\"" },
	{ "run_dir \"\"", "1: run_dir must be an absolute path, not \"\"" },
	{ "run_dir \"\xe2\x80\xae\\n\"",
	    "1: run_dir must be an absolute path, not \"<U+202E>\\x0a\"" },
	{ "node a\n\nnode b", "3: node is given twice, first in line 1" },
	{ "mesage_size 1M",
	    "1: there is no setting \"mesage_size\"; did you mean "
	    "message_size?" },
	{ "\nvirus off",
	    "2: there is no setting \"virus\" (see sekimori.conf(5))" },
	{ "\"\" 1", "1: there is no setting \"\" (see sekimori.conf(5))" },
	{ "node", "1: a value expected at the end of the file" },
};

static void
faults_are_told_with_their_place(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < COUNT(faults); i++) {
		struct reason why = { "" };
		char wanted[300];

		assert_null(load(faults[i].text, &why));
		snprintf(wanted, sizeof wanted, "%s:%s", path, faults[i].why);
		assert_string_equal(why.text, wanted);
	}
}

static char *
shown(const struct conf *conf)
{
	char *text;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	conf_show(conf, f);
	fclose(f);
	return text;
}

static void
what_is_shown_can_be_read_back(void **unused)
{
	struct reason why = { "" };
	struct conf *conf = load("subject_tag \"a \\\"b\\\\\\n\\u0001\";\n"
				 "own_domains [];dns_servers [ \"x y\" ]\n"
				 "scan_time 90; message_size 65537;",
	    &why);

	(void)unused;
	assert_non_null(conf);
	char *first = shown(conf);
	conf_free(&conf);
	conf = load(first, &why);
	assert_string_equal(why.text, "");
	assert_non_null(conf);
	char *second = shown(conf);
	assert_string_equal(first, second);
	assert_string_equal(conf->subject_tag, "a \"b\\\n\x01");
	assert_int_equal(conf->own_domains.count, 0);
	assert_non_null(strstr(first, "scan_time = 90s;\n"));
	assert_non_null(strstr(first, "message_size = 65537;\n"));
	assert_non_null(strstr(first, "scan_memory = 1G;\n"));
	conf_free(&conf);
	free(first);
	free(second);
}

static void
a_file_that_is_not_there_is_told(void **unused)
{
	struct reason why = { "" };

	(void)unused;
	assert_null(conf_load("/nowhere/f", &why));
	assert_string_equal(why.text,
	    "cannot open /nowhere/f: No such file or directory");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_are_within_their_bounds),
		cmocka_unit_test(a_file_goes_over_the_defaults),
		cmocka_unit_test(faults_are_told_with_their_place),
		cmocka_unit_test(what_is_shown_can_be_read_back),
		cmocka_unit_test(a_file_that_is_not_there_is_told),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
