/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "milter/base/clock.h"
#include "milter/base/count.h"
#include "tests/certs/house.h"

static const char message[] =
    "Received: from a by b\r\n"
    "MIME-Version: 1.0\r\n"
    "Subject: =?UTF-8?B?6YOo5aSW56eY?=\r\n"
    "Content-Type: text/plain;\r\n"
    "\tcharset=UTF-8\r\n"
    "From: official@ministry.test\r\n"
    "content-transfer-encoding: 8bit\r\n"
    "To: <rsa@Partner.test>, ec@partner.test, RSA@partner.test,\r\n"
    " cv <cv@pgp.test>, rsa@pgp.test (b)\r\n"
    "Cc: both@partner.test\r\n"
    "\r\n"
    "The secret sentence \xe7\xa7\x98\r\n"
    ".\r\n"
    "--no-boundary\r\n"
    "last line without end";

static const char inner[] = "Content-Type: text/plain;\r\n"
			    "\tcharset=UTF-8\r\n"
			    "content-transfer-encoding: 8bit\r\n"
			    "\r\n"
			    "The secret sentence \xe7\xa7\x98\r\n"
			    ".\r\n"
			    "--no-boundary\r\n"
			    "last line without end";

static const char outer[] =
    "Received: from a by b\r\n"
    "Subject: =?UTF-8?B?6YOo5aSW56eY?=\r\n"
    "From: official@ministry.test\r\n"
    "To: <rsa@Partner.test>, ec@partner.test, RSA@partner.test,\r\n"
    " cv <cv@pgp.test>, rsa@pgp.test (b)\r\n"
    "Cc: both@partner.test\r\n"
    "MIME-Version: 1.0\r\n";

static void
assert_opened(const char *want, size_t len)
{
	char path[128], *got = malloc(len + 2);
	FILE *f;

	snprintf(path, sizeof path, "%s/opened", house.folder);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_int_equal(len, fread(got, 1, len + 1, f));
	fclose(f);
	assert_memory_equal(want, got, len);
	free(got);
}

/* Every line ends in CRLF, is short enough, and nothing of the clear text is
 * left: what is looked for has a blank or is long, as four letters alone turn
 * up in base64 by chance, once in a thousand runs. */
static void
assert_form(const char *text)
{
	assert_memory_equal(outer, text, strlen(outer));
	assert_null(strstr(text, "secret"));
	assert_null(strstr(text, ": 8bit"));
	for (const char *p = text; *p != '\0';) {
		const char *lf = strchr(p, '\n');

		assert_non_null(lf);
		assert_true(lf > p && lf[-1] == '\r');
		assert_true(lf - p < 100);
		p = lf + 1;
	}
}

static char rsa[] = "rsa@partner.test", ec[] = "ec@partner.test",
	    both[] = "both@partner.test", cv[] = "cv@pgp.test",
	    pgp[] = "rsa@pgp.test", upper[] = "RSA@Partner.TEST",
	    hidden[] = "hidden@partner.test";

static const struct {
	char *rcpts[4];
	enum seal_method method;
	const char *algorithm, *keys;
} sealed[] = {
	{ { rsa }, SEAL_SMIME, "AES-256-CBC", "RSAES-PKCS1-v1_5" },
	{ { ec }, SEAL_SMIME, "AES-256-CBC", "ECDH SHA256" },
	{ { rsa, ec, both }, SEAL_SMIME, "AES-256-CBC",
	    "RSAES-PKCS1-v1_5, ECDH SHA256" },
	{ { upper }, SEAL_SMIME, "AES-256-CBC", "RSAES-PKCS1-v1_5" },
	{ { cv }, SEAL_OPENPGP, "AES-256", "ECDH" },
	{ { pgp }, SEAL_OPENPGP, "AES-256", "RSAES-PKCS1-v1_5" },
	{ { cv, pgp, both }, SEAL_OPENPGP, "AES-256",
	    "RSAES-PKCS1-v1_5, ECDH" },
};

static void
open_for(enum seal_method method, char *const *rcpts)
{
	for (size_t i = 0; rcpts[i] != NULL; i++) {
		if (method == SEAL_SMIME)
			open_smime(rcpts[i] == upper ? rsa : rcpts[i]);
		else
			open_openpgp(rcpts[i]);
		assert_opened(inner, strlen(inner));
	}
}

static void
everyone_can_open_it(void **unused)
{
	int fd = message_fd(message, strlen(message));

	(void)unused;
	for (size_t i = 0; i < COUNT(sealed); i++) {
		struct seal_answer *a = ask(fd, sealed[i].rcpts);
		char *text;

		assert_int_equal(1, a->copies_count);
		assert_int_equal(sealed[i].method, a->copies[0].method);
		assert_string_equal(sealed[i].algorithm,
		    a->copies[0].used.content);
		assert_string_equal(sealed[i].keys, a->copies[0].used.keys);
		assert_true(a->copies[0].used.monitored ==
			    (strstr(sealed[i].keys, "PKCS1") != NULL));
		assert_true(strlen(a->copies[0].keys) >= 40);
		text = save(&a->copies[0]);
		assert_form(text);
		open_for(a->copies[0].method, sealed[i].rcpts);
		free(text);
		seal_answer_free(&a);
	}
	close(fd);
}

static char weak[] = "weak@partner.test", wrong[] = "wrong@partner.test",
	    signs[] = "signs@partner.test", old[] = "old@partner.test",
	    broken[] = "broken@partner.test", none[] = "none@partner.test",
	    pgp_weak[] = "weak@pgp.test", pgp_wrong[] = "wrong@pgp.test",
	    pgp_signs[] = "signs@pgp.test", pgp_old[] = "old@pgp.test",
	    pgp_revoked[] = "revoked@pgp.test", path[] = "../../etc/passwd@x",
	    option[] = "--output=x@y";

static const struct {
	char *rcpts[3];
	const char *why[2];
} refused[] = {
	{ { weak }, { "key is too weak: RSA of 1024 bits" } },
	{ { wrong }, { "certificate is for another address" } },
	{ { signs }, { "certificate is for signatures" } },
	{ { old }, { "certificate expired 20" } },
	{ { broken }, { "certificate cannot be read" } },
	{ { none }, { "no certificate; OpenPGP: no key" } },
	{ { pgp_weak }, { "OpenPGP key is too weak: RSA of 1024 bits" } },
	{ { pgp_wrong }, { "OpenPGP key is for another address" } },
	{ { pgp_signs }, { "OpenPGP key cannot encrypt" } },
	{ { pgp_old }, { "OpenPGP key expired 20" } },
	{ { pgp_revoked }, { "OpenPGP key was revoked" } },
	{ { path }, { "no key can be kept for this address" } },
	{ { option }, { "no certificate; OpenPGP: no key" } },
	{ { rsa, none }, { "", "no certificate" } },
	{ { both, none }, { "", "no certificate" } },
};

static void
refusals_say_why(void **unused)
{
	int fd = message_fd(message, strlen(message));

	(void)unused;
	for (size_t i = 0; i < COUNT(refused); i++) {
		struct seal_answer *a = ask(fd, refused[i].rcpts);

		assert_int_equal(0, a->copies_count);
		assert_false(a->temporary);
		for (size_t r = 0; r < a->count; r++)
			if (strstr(a->reasons[r], refused[i].why[r]) == NULL)
				fail_msg("%s: \"%s\" instead of \"%s\"",
				    refused[i].rcpts[r], a->reasons[r],
				    refused[i].why[r]);
		seal_answer_free(&a);
	}
	close(fd);
}

/* What the operator changes counts from the next mail on. */
static void
a_changed_key_is_read_again(void **unused)
{
	char *rcpts[] = { cv, NULL };
	int fd = message_fd(message, strlen(message));
	struct seal_answer *a = ask(fd, rcpts);

	(void)unused;
	assert_int_equal(1, a->copies_count);
	seal_answer_free(&a);
	shell("cd %s/certs/openpgp && mv cv@pgp.test.asc saved && "
	      "cp wrong@pgp.test.asc cv@pgp.test.asc",
	    house.folder);
	a = ask(fd, rcpts);
	assert_int_equal(0, a->copies_count);
	seal_answer_free(&a);
	shell("cd %s/certs/openpgp && mv saved cv@pgp.test.asc", house.folder);
	close(fd);
}

/* With an authority in the store, one that signed itself is not enough. */
static void
authorities_bind(void **unused)
{
	char *rcpts[] = { rsa, NULL };
	int fd = message_fd(message, strlen(message));
	struct seal_answer *a;

	(void)unused;
	shell("cd %s/certs && mkdir ca && cp smime/wrong@partner.test.pem "
	      "ca/some.pem",
	    house.folder);
	a = ask(fd, rcpts);
	assert_int_equal(0, a->copies_count);
	assert_non_null(strstr(a->reasons[0], "known authority"));
	seal_answer_free(&a);
	shell("cp %s/certs/smime/rsa@partner.test.pem %s/certs/ca/",
	    house.folder, house.folder);
	a = ask(fd, rcpts);
	assert_int_equal(1, a->copies_count);
	seal_answer_free(&a);
	shell("rm -r %s/certs/ca", house.folder);
	close(fd);
}

static void
large_and_odd(char *const *rcpts, enum seal_method method)
{
	static const char head[] = "Subject: x\r\n\r\n";
	const size_t len = 3000001;
	char *text = malloc(len);
	struct seal_answer *a;
	int fd;

	memcpy(text, head, strlen(head));
	for (size_t i = strlen(head); i < len; i++)
		text[i] = (char)(i * 7919 >> 3);
	fd = message_fd(text, len);
	a = ask(fd, rcpts);
	assert_int_equal(1, a->copies_count);
	free(save(&a->copies[0]));
	if (method == SEAL_SMIME)
		open_smime(rcpts[0]);
	else
		open_openpgp(rcpts[0]);
	assert_opened(text + strlen(head) - 2, len - strlen(head) + 2);
	seal_answer_free(&a);
	free(text);
	close(fd);
}

static void
a_large_message_keeps_its_bytes(void **unused)
{
	char *smime[] = { rsa, NULL }, *openpgp[] = { cv, NULL };

	(void)unused;
	large_and_odd(smime, SEAL_SMIME);
	large_and_odd(openpgp, SEAL_OPENPGP);
}

/* Two methods are two copies; whoever is not named has one alone. */
static const struct {
	char *rcpts[5]; /* NULL behind the last */
	size_t count;
	struct {
		enum seal_method method;
		char *rcpts[4];
	} copies[3];
} split[] = {
	{ { rsa, cv }, 2,
	    { { SEAL_SMIME, { rsa } }, { SEAL_OPENPGP, { cv } } } },
	{ { rsa, pgp, ec, cv }, 2,
	    { { SEAL_SMIME, { rsa, ec } }, { SEAL_OPENPGP, { pgp, cv } } } },
	{ { cv, hidden, pgp }, 2,
	    { { SEAL_OPENPGP, { cv, pgp } }, { SEAL_SMIME, { hidden } } } },
	{ { hidden, rsa }, 2,
	    { { SEAL_SMIME, { hidden } }, { SEAL_SMIME, { rsa } } } },
	{ { hidden }, 1, { { SEAL_SMIME, { hidden } } } },
};

static void
check_copy(size_t n, size_t i, const struct seal_copy *copy)
{
	char *const *rcpts = split[n].copies[i].rcpts;
	size_t count = 0;

	while (count < 4 && rcpts[count] != NULL) {
		assert_ptr_equal(rcpts[count],
		    split[n].rcpts[copy->rcpts[count]]);
		count++;
	}
	assert_int_equal(count, copy->count);
	assert_int_equal(split[n].copies[i].method, copy->method);
	free(save(copy));
	open_for(copy->method, (char *[]){ rcpts[0], NULL });
}

static void
copies_are_shared_by_method_and_by_name(void **unused)
{
	int fd = message_fd(message, strlen(message));

	(void)unused;
	for (size_t n = 0; n < COUNT(split); n++) {
		struct seal_answer *a = ask(fd, split[n].rcpts);

		assert_int_equal(split[n].count, a->copies_count);
		for (size_t i = 0; i < a->copies_count; i++)
			check_copy(n, i, &a->copies[i]);
		seal_answer_free(&a);
	}
	close(fd);
}

/* The clear text is sealed by nobody else's memory: no writing afterwards. */
static void
an_answer_cannot_be_changed(void **unused)
{
	char *rcpts[] = { rsa, NULL };
	int fd = message_fd(message, strlen(message));
	struct seal_answer *a = ask(fd, rcpts);

	(void)unused;
	assert_int_equal(-1, pwrite(a->copies[0].fd, "x", 1, 0));
	assert_int_equal(-1, ftruncate(a->copies[0].fd, 1));
	seal_answer_free(&a);
	close(fd);
}

static void
silence_is_an_error(void **unused)
{
	struct seal_request request = { .count = 1, .rcpts = { rsa } };
	struct seal_answer *answer = NULL;
	struct reason why;
	int fd = message_fd(message, strlen(message));

	(void)unused;
	assert_int_equal(-1, seal_ask("/nowhere/seal.sock", fd, &request,
				 clock_ms() + 100, &answer, &why));
	assert_null(answer);
	request.count = 0;
	assert_int_equal(-1, seal_ask(house.socket, fd, &request,
				 clock_ms() + 5000, &answer, &why));
	assert_null(answer);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everyone_can_open_it),
		cmocka_unit_test(copies_are_shared_by_method_and_by_name),
		cmocka_unit_test(refusals_say_why),
		cmocka_unit_test(a_changed_key_is_read_again),
		cmocka_unit_test(authorities_bind),
		cmocka_unit_test(a_large_message_keeps_its_bytes),
		cmocka_unit_test(an_answer_cannot_be_changed),
		cmocka_unit_test(silence_is_an_error),
	};

	return cmocka_run_group_tests(tests, house_open, house_close);
}
