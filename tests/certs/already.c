/* SPDX-License-Identifier: ISC */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "milter/base/count.h"
#include "tests/certs/house.h"

static char rsa[] = "rsa@partner.test", ec[] = "ec@partner.test",
	    hidden[] = "hidden@partner.test", cv[] = "cv@pgp.test",
	    pgp[] = "rsa@pgp.test", none[] = "none@partner.test";

/* The answer for the message of already.sh with this name. */
static struct seal_answer *
ask_about(const char *name, char *const *rcpts)
{
	char path[128];
	struct seal_answer *a;
	int fd;

	if (shell("sh %s/tests/certs/already.sh %s %s 2>%s/log",
		getenv("top_srcdir"), house.folder, name, house.folder) != 0)
		fail_msg("already.sh %s", name);
	snprintf(path, sizeof path, "%s/mail", house.folder);
	fd = open(path, O_RDONLY);
	assert_int_not_equal(-1, fd);
	a = ask(fd, rcpts);
	close(fd);
	return a;
}

static const struct {
	const char *name;
	char *rcpts[3];
	enum seal_method method;
	const char *algorithm;
} genuine[] = {
	{ "smime", { rsa }, SEAL_SMIME, "AES-256-CBC" },
	{ "smime_streamed", { rsa }, SEAL_SMIME, "AES-256-CBC" },
	{ "smime_two", { rsa, ec }, SEAL_SMIME, "AES-128-CBC" },
	{ "smime_camellia", { rsa }, SEAL_SMIME, "CAMELLIA-256-CBC" },
	{ "smime_gcm", { rsa }, SEAL_SMIME, "AES-256-GCM" },
	{ "smime_for_itself_too", { rsa }, SEAL_SMIME, "AES-256-CBC" },
	{ "smime_by_key_id", { rsa }, SEAL_SMIME, "AES-256-CBC" },
	{ "smime_with_bcc", { rsa }, SEAL_SMIME, "AES-256-CBC" },
	{ "pgp", { cv }, SEAL_OPENPGP, "not visible (OpenPGP with MDC)" },
	{ "pgp_two", { cv, pgp }, SEAL_OPENPGP, "not visible" },
	{ "pgp_unknown_too", { cv }, SEAL_OPENPGP, "not visible" },
	{ "pgp_usual_preamble", { cv }, SEAL_OPENPGP, "not visible" },
};

static void
what_is_encrypted_for_all_passes(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < COUNT(genuine); i++) {
		struct seal_answer *a =
		    ask_about(genuine[i].name, genuine[i].rcpts);
		const struct seal_copy *copy = a->copies;

		if (a->copies_count != 1 || copy->by != SEAL_BY_SENDER)
			fail_msg("%s: %s", genuine[i].name, a->reasons[0]);
		assert_int_equal(-1, copy->fd);
		assert_int_equal(a->count, copy->count);
		assert_int_equal(genuine[i].method, copy->method);
		assert_memory_equal(genuine[i].algorithm, copy->used.content,
		    strlen(genuine[i].algorithm));
		assert_true(strlen(copy->keys) >= 40 * copy->count);
		seal_answer_free(&a);
	}
}

/* Each is sealed around for who has a certificate, and refused for who has
 * none: never does it pass as it is. */
static const char *const forged[] = { "smime_weak", "smime_password",
	"smime_empty", "smime_without_body", "smime_junk", "smime_clear",
	"smime_cut", "smime_more", "smime_clear_in_envelope",
	"smime_text_behind", "smime_text_in_front", "smime_line_in_header",
	"smime_two_types", "smime_two_types_other_order",
	"smime_two_parameters", "smime_not_in_base64", "smime_as_text",
	"smime_text_in_name", "smime_signed_opaque", "smime_signed",
	"smime_encrypted_data", "smime_digested", "smime_beside_clear",
	"smime_in_a_message", "pgp_password", "pgp_password_too", "pgp_signed",
	"pgp_stored", "pgp_clear", "pgp_plain_armour", "pgp_empty",
	"pgp_wrong_sum", "pgp_packets_behind", "pgp_clear_in_second_piece",
	"pgp_cut", "pgp_remarks", "pgp_text_behind_armour", "pgp_preamble",
	"pgp_in_version", "pgp_field_of_part", "pgp_part_of_text",
	"pgp_epilogue", "pgp_third_part", "pgp_not_closed", "pgp_inline",
	"pgp_beside_clear", "pgp_wrong_protocol", "pgp_two_boundaries",
	"only_a_marker" };

static void
is_sealed_around(const char *name, char *rcpt)
{
	char *rcpts[] = { rcpt, NULL };
	struct seal_answer *a = ask_about(name, rcpts);

	if (a->copies_count != 1 || a->copies[0].by != SEAL_BY_GATEWAY)
		fail_msg("%s passes as it is, or not at all", name);
	free(save(&a->copies[0]));
	if (a->copies[0].method == SEAL_SMIME)
		open_smime(rcpt);
	else
		open_openpgp(rcpt);
	seal_answer_free(&a);
}

static void
is_refused(const char *name, char *rcpt)
{
	char *rcpts[] = { rcpt, NULL };
	struct seal_answer *a = ask_about(name, rcpts);

	if (a->copies_count != 0 || a->temporary)
		fail_msg("%s passes", name);
	seal_answer_free(&a);
}

static void
no_forgery_passes_as_it_is(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < COUNT(forged); i++) {
		is_sealed_around(forged[i],
		    strncmp(forged[i], "pgp", 3) == 0 ? cv : rsa);
		is_refused(forged[i], none);
	}
}

static const struct {
	const char *name;
	char *rcpts[3];
	const char *why[2];
} doubtful[] = {
	{ "smime", { rsa, ec },
	    { "", "encrypted it, but not for the certificate known here" } },
	{ "smime", { hidden }, { "but not for the certificate" } },
	{ "smime", { none }, { "known here: no certificate" } },
	{ "smime", { cv }, { "known here: no certificate" } },
	{ "smime_for_another", { rsa }, { "but not for the certificate" } },
	{ "pgp", { cv, pgp }, { "", "but not for the key known here" } },
	{ "pgp", { none }, { "known here: no key" } },
	{ "pgp", { rsa }, { "known here: no key" } },
	{ "pgp_for_another", { cv }, { "but not for the key known here" } },
	{ "pgp_for_nobody_named", { cv }, { "not for the key known here" } },
};

static void
others_are_refused_with_a_reason(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < COUNT(doubtful); i++) {
		struct seal_answer *a =
		    ask_about(doubtful[i].name, doubtful[i].rcpts);

		assert_int_equal(0, a->copies_count);
		assert_false(a->temporary);
		for (size_t r = 0; r < a->count; r++)
			if (strstr(a->reasons[r], doubtful[i].why[r]) == NULL)
				fail_msg("%s: \"%s\"", doubtful[i].name,
				    a->reasons[r]);
		seal_answer_free(&a);
	}
}

/* The setting widens what counts, never what is encrypted. */
static void
others_may_be_accepted(void **unused)
{
	(void)unused;
	house.conf->already_encrypted = ALREADY_ACCEPT_ANY;
	for (size_t i = 0; i < COUNT(doubtful); i++) {
		struct seal_answer *a =
		    ask_about(doubtful[i].name, doubtful[i].rcpts);

		assert_int_equal(1, a->copies_count);
		assert_int_equal(SEAL_BY_SENDER_UNVERIFIED, a->copies[0].by);
		assert_int_equal(-1, a->copies[0].fd);
		seal_answer_free(&a);
	}
	no_forgery_passes_as_it_is(NULL);
	house.conf->already_encrypted = ALREADY_ACCEPT_KNOWN;
}

static void
it_may_be_encrypted_again(void **unused)
{
	(void)unused;
	house.conf->already_encrypted = ALREADY_IGNORE;
	is_sealed_around("smime", rsa);
	is_sealed_around("smime", ec);
	is_sealed_around("pgp", cv);
	is_refused("smime", none);
	house.conf->already_encrypted = ALREADY_ACCEPT_KNOWN;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_encrypted_for_all_passes),
		cmocka_unit_test(no_forgery_passes_as_it_is),
		cmocka_unit_test(others_are_refused_with_a_reason),
		cmocka_unit_test(others_may_be_accepted),
		cmocka_unit_test(it_may_be_encrypted_again),
	};

	return cmocka_run_group_tests(tests, house_open, house_close);
}
