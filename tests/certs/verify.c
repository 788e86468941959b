/* SPDX-License-Identifier: ISC */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "certs/claim.h"
#include "certs/verify.h"
#include "milter/base/count.h"

/*
 * Signed mail as openssl and gpg make it (signed.py), what people have done to
 * such mail, and what a verifier must say of each. Whatever is not over all
 * that a reader sees is never good.
 */
static char folder[] = "/tmp/skm-verify.XXXXXX";
static struct conf *conf;

static int
shell(const char *command, const char *argument)
{
	char line[1024];

	snprintf(line, sizeof line, "%s %s", command, argument);
	return system(line);
}

static int
set_up(void **unused)
{
	char command[512], path[128], ready[256];
	struct reason why = { "" };

	(void)unused;
	assert_non_null(mkdtemp(folder));
	snprintf(command, sizeof command, "python3 %s/tests/certs/signed.py",
	    getenv("top_srcdir"));
	assert_int_equal(0, shell(command, folder));
	conf = conf_load(NULL, &why);
	assert_non_null(conf);
	free(conf->certs_dir);
	snprintf(path, sizeof path, "%s/certs", folder);
	conf->certs_dir = strdup(path);
	snprintf(path, sizeof path, "%s/child", folder);
	mkdir(path, 0700);
	if (verify_load(conf, ready, sizeof ready, &why) == -1 ||
	    verify_prepare(conf, path, &why) == -1)
		fail_msg("%s", why.text);
	return 0;
}

static int
clean_up(void **unused)
{
	(void)unused;
	conf_free(&conf);
	return shell("rm -rf", folder);
}

static int
message(const char *name)
{
	char path[256];
	int fd;

	snprintf(path, sizeof path, "%s/%s.eml", folder, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		fail_msg("%s was not made", path);
	return fd;
}

static const struct {
	const char *name;
	enum verified_state state;
} cases[] = {
	{ "good", VERIFIED_GOOD },
	{ "good-ec", VERIFIED_GOOD },
	{ "good-kept", VERIFIED_GOOD },
	{ "good-x", VERIFIED_GOOD },
	{ "good-file", VERIFIED_GOOD },
	{ "good-inside", VERIFIED_GOOD },
	{ "display-same", VERIFIED_GOOD },
	{ "preamble", VERIFIED_GOOD },
	{ "protected", VERIFIED_GOOD },
	{ "inside-changed", VERIFIED_BAD },
	{ "changed", VERIFIED_BAD },
	{ "changed-blank", VERIFIED_BAD },
	{ "broken", VERIFIED_BAD },
	{ "other", VERIFIED_OTHER },
	{ "nameless", VERIFIED_OTHER },
	{ "display", VERIFIED_OTHER },
	{ "display-encoded", VERIFIED_OTHER },
	{ "unknown", VERIFIED_UNKNOWN },
	{ "alone", VERIFIED_UNKNOWN },
	{ "purpose", VERIFIED_UNKNOWN },
	{ "leaf", VERIFIED_UNKNOWN },
	{ "nocerts", VERIFIED_UNCHECKED },
	{ "algorithm", VERIFIED_UNCHECKED },
	{ "expired", VERIFIED_EXPIRED },
	{ "weak-digest", VERIFIED_WEAK },
	{ "weak-key", VERIFIED_WEAK },
	{ "inside-quoted", VERIFIED_UNCLEAR },
	{ "two-signers", VERIFIED_UNCLEAR },
	{ "no-signer", VERIFIED_UNCLEAR },
	{ "own-content", VERIFIED_UNCLEAR },
	{ "no-cms", VERIFIED_UNCLEAR },
	{ "behind", VERIFIED_UNCLEAR },
	{ "nested-mixed", VERIFIED_UNCLEAR },
	{ "nested-related", VERIFIED_UNCLEAR },
	{ "nested-alternative", VERIFIED_UNCLEAR },
	{ "three-parts", VERIFIED_UNCLEAR },
	{ "hidden", VERIFIED_UNCLEAR },
	{ "near-boundary", VERIFIED_UNCLEAR },
	{ "two-from", VERIFIED_UNCLEAR },
	{ "two-authors", VERIFIED_UNCLEAR },
	{ "two-types", VERIFIED_UNCLEAR },
	{ "two-subjects", VERIFIED_UNCLEAR },
	{ "second-type", VERIFIED_UNCLEAR },
	{ "two-protocols", VERIFIED_UNCLEAR },
	{ "protocol", VERIFIED_UNCLEAR },
	{ "encoded", VERIFIED_UNCLEAR },
	{ "bad-base64", VERIFIED_UNCLEAR },
	{ "mixed-ends", VERIFIED_UNCLEAR },
	{ "nul", VERIFIED_UNCLEAR },
	{ "protected-subject", VERIFIED_UNCLEAR },
	{ "protected-author", VERIFIED_UNCLEAR },
	{ "pgp-good", VERIFIED_GOOD },
	{ "pgp-salt", VERIFIED_GOOD },
	{ "pgp-changed", VERIFIED_BAD },
	{ "pgp-other", VERIFIED_OTHER },
	{ "pgp-no-key", VERIFIED_UNCHECKED },
	{ "pgp-other-key", VERIFIED_UNCHECKED },
	{ "pgp-expired", VERIFIED_EXPIRED },
	{ "pgp-weak-key", VERIFIED_WEAK },
	{ "pgp-weak-digest", VERIFIED_WEAK },
	{ "pgp-notation", VERIFIED_UNCLEAR },
	{ "pgp-policy", VERIFIED_UNCLEAR },
	{ "pgp-two", VERIFIED_UNCLEAR },
	{ "pgp-twice", VERIFIED_UNCLEAR },
	{ "pgp-message", VERIFIED_UNCLEAR },
	{ "pgp-text", VERIFIED_UNCLEAR },
};

static void
each_is_told_for_what_it_is(void **unused)
{
	struct verified v;
	int wrong = 0;

	(void)unused;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int fd = message(cases[i].name);

		verify_message(fd, &v);
		close(fd);
		if (v.state == cases[i].state)
			continue;
		wrong++;
		print_error("%s: state %d, not %d (%s; %s; %s)\n",
		    cases[i].name, (int)v.state, (int)cases[i].state, v.signer,
		    v.why, v.how);
	}
	assert_int_equal(0, wrong);
}

/* Without authorities the operator's own word is all there is (README). */
static void
who_vouches_is_the_operators_choice(void **unused)
{
	static const struct {
		const char *name;
		enum verified_state state;
	} without[] = { { "alone", VERIFIED_GOOD },
		{ "good-kept", VERIFIED_GOOD }, { "good", VERIFIED_UNKNOWN },
		{ "unknown", VERIFIED_UNKNOWN } };
	char from[128], to[128];
	struct verified v;

	(void)unused;
	snprintf(from, sizeof from, "%s/certs/ca", folder);
	snprintf(to, sizeof to, "%s/certs/away", folder);
	assert_int_equal(0, rename(from, to));
	for (size_t i = 0; i < COUNT(without); i++) {
		int fd = message(without[i].name);

		verify_message(fd, &v);
		close(fd);
		assert_int_equal(without[i].state, v.state);
	}
	assert_int_equal(0, rename(to, from));
}

static void
it_names_the_signer(void **unused)
{
	static const struct {
		const char *name, *method, *signer, *how;
		int part;
	} told[] = {
		{ "good", "smime", "author@out.test", "RSA of 2048 bits", 2 },
		{ "good-inside", "smime", "author@out.test", "SHA256", 1 },
		{ "other", "smime", "johnny@out.test", "Test authority", 2 },
		{ "nameless", "smime", "", "Test authority", 2 },
		{ "two-from", "smime", "", "", 2 },
		{ "pgp-good", "x-openpgp", "pgp@out.test", "SHA256", 2 },
		{ "pgp-no-key", "x-openpgp", "", "", 2 },
	};
	struct verified v;

	(void)unused;
	for (size_t i = 0; i < COUNT(told); i++) {
		int fd = message(told[i].name);

		verify_message(fd, &v);
		close(fd);
		assert_string_equal(told[i].method, v.method);
		assert_string_equal(told[i].signer, v.signer);
		assert_non_null(strstr(v.how, told[i].how));
		assert_int_equal(told[i].part, v.part);
		assert_true((v.state == VERIFIED_GOOD) == (v.why[0] == '\0'));
	}
}

static void
only_a_claim_is_asked_about(void **unused)
{
	static const struct {
		const char *name;
		bool claimed;
	} claims[] = { { "good", true }, { "good-inside", true },
		{ "pgp-good", true }, { "two-types", true },
		{ "nested-mixed", false }, { "nested-alternative", false } };

	(void)unused;
	for (size_t i = 0; i < COUNT(claims); i++) {
		int fd = message(claims[i].name);

		assert_true(claims[i].claimed == claim_signed(fd));
		close(fd);
	}
	assert_false(claim_signed(-1));
}

static void
nothing_better_is_said_after_the_worst(void **unused)
{
	struct verified v = { .state = VERIFIED_GOOD };

	(void)unused;
	verified_is(&v, VERIFIED_WEAK, "%s", "first");
	verified_is(&v, VERIFIED_OTHER, "%s", "second");
	verified_is(&v, VERIFIED_WEAK, "%s", "third");
	assert_int_equal(VERIFIED_WEAK, v.state);
	assert_string_equal("first", v.why);
	verified_is(&v, VERIFIED_BAD, "line\n");
	assert_int_equal(VERIFIED_BAD, v.state);
	assert_null(strchr(v.why, '\n'));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_told_for_what_it_is),
		cmocka_unit_test(who_vouches_is_the_operators_choice),
		cmocka_unit_test(it_names_the_signer),
		cmocka_unit_test(only_a_claim_is_asked_about),
		cmocka_unit_test(nothing_better_is_said_after_the_worst),
	};

	return cmocka_run_group_tests(tests, set_up, clean_up);
}
