/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "certs/signer.h"
#include "milter/base/count.h"
#include "tests/certs/house.h"

#define HEAD \
	"From: official@ministry.test\r\nSubject: x\r\n" \
	"To: rsa@partner.test, gcm@partner.test, cv@pgp.test\r\n" \
	"MIME-Version: 1.0\r\n"
#define TYPE "Content-Type: text/plain; charset=UTF-8\r\n\r\n"

static const char message[] = HEAD TYPE "The secret  \r\n\r\nsentence\r\n\r\n";

static char rsa[] = "rsa@partner.test", gcm[] = "gcm@partner.test",
	    cv[] = "cv@pgp.test", official[] = "official@ministry.test",
	    dept[] = "a@Dept.ministry.test", chief[] = "chief@ministry.test";

static const struct {
	char *sender, *user;
	const char *signature; /* "": none */
} chosen[] = {
	{ official, "official", "RSASSA-PKCS1-v1_5 SHA256" },
	{ official, official, "RSASSA-PKCS1-v1_5 SHA256" },
	{ official, "officia", "" },
	{ official, "official@evil.test", "" },
	{ official, "", "" },
	{ official, NULL, "" },
	{ dept, "anybody", "ECDSA SHA384" },
	{ dept, "", "" },
	{ "a@sub.dept.ministry.test", "anybody", "" },
	{ chief, "sato", "ECDSA SHA384" },
	{ chief, "chief", "" },
	{ "", "official", "" },
};

static void
sender_and_user_choose_who_signs(void **unused)
{
	int fd = message_fd(message, strlen(message));
	char *rcpts[] = { rsa, NULL };

	(void)unused;
	for (size_t i = 0; i < COUNT(chosen); i++) {
		struct seal_answer *a;
		const struct seal_used *used;

		house.sender = chosen[i].sender;
		house.user = chosen[i].user;
		a = ask(fd, rcpts);
		assert_int_equal(1, a->copies_count);
		used = &a->copies[0].used;
		if (strcmp(used->signature, chosen[i].signature) != 0)
			fail_msg("row %zu: %s", i, used->signature);
		assert_int_equal(used->signature[0] == '\0' ? 0 : 64,
		    strlen(used->signer));
		seal_answer_free(&a);
	}
	close(fd);
}

static const char *
file(const char *name)
{
	static char text[4096];
	char path[128];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", house.folder, name);
	f = fopen(path, "r");
	assert_non_null(f);
	text[fread(text, 1, sizeof text - 1, f)] = '\0';
	fclose(f);
	return text;
}

/* Signed, then encrypted, for every one of them: and what the reader gets is
 * what was written, to the byte. gpgsm reads what NSS reads. */
static const struct {
	const char *profile;
	char *sender, *to;
	const char *text, *want, *signature;
} verified[] = {
	{ "interop", official, rsa, message,
	    TYPE "The secret  \r\n\r\nsentence\r\n\r\n",
	    "RSASSA-PKCS1-v1_5 SHA256" },
	{ "interop", dept, gcm, message,
	    TYPE "The secret  \r\n\r\nsentence\r\n\r\n", "ECDSA SHA384" },
	{ "cryptrec", official, rsa, message,
	    TYPE "The secret  \r\n\r\nsentence\r\n\r\n", "RSASSA-PSS SHA256" },
	{ "interop", official, rsa, HEAD TYPE "a\nb\rc\r\r\n\xff\nend",
	    TYPE "a\r\nb\r\nc\r\n\r\n\xff\r\nend", "RSASSA-PKCS1-v1_5 SHA256" },
	{ "interop", official, rsa, HEAD "\r\n--x\r\n", "\r\n--x\r\n",
	    "RSASSA-PKCS1-v1_5 SHA256" },
};

static void
check_row(size_t i)
{
	char *rcpts[] = { verified[i].to, NULL };
	int fd = message_fd(verified[i].text, strlen(verified[i].text));
	struct seal_answer *a;

	house.sender = verified[i].sender;
	house.user = "sato";
	if (house.sender == official)
		house.user = official;
	house_profile(verified[i].profile);
	a = ask(fd, rcpts);
	assert_int_equal(1, a->copies_count);
	assert_string_equal(verified[i].signature, a->copies[0].used.signature);
	free(save(&a->copies[0]));
	open_smime(verified[i].to);
	if (verify_openssl() != 0 || verify_nss() != 0 || verify_gpgsm() != 0)
		fail_msg("row %zu: %s", i, file("gpgsm.log"));
	assert_string_equal(verified[i].want, file("signed"));
	seal_answer_free(&a);
	close(fd);
}

static void
readers_verify_what_was_signed(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < COUNT(verified); i++)
		check_row(i);
	house_profile("interop");
}

/* What the partner's client learns from it: our ciphers, and the chain. */
static void
it_shows_what_we_read_and_the_chain(void **unused)
{
	(void)unused;
	assert_int_equal(0,
	    shell("cd %s && openssl cms -cmsout -print -noout -in opened "
		  ">print && grep -q 'S/MIME Capabilities' print && "
		  "grep -q aes-256-cbc print && "
		  "test $(grep -c 'd.certificate:' print) = 2 && "
		  "grep -q 'micalg=sha-256' opened",
		house.folder));
}

static char *failing[] = { "past@ministry.test", "encrypts@ministry.test",
	"open@ministry.test", "mixed@ministry.test", "gone@ministry.test" };

/* An office that cannot sign is not an office that need not. */
static void
who_cannot_sign_defers(void **unused)
{
	int fd = message_fd(message, strlen(message));
	char *rcpts[] = { rsa, NULL };

	(void)unused;
	house.user = "x";
	for (size_t i = 0; i < COUNT(failing); i++) {
		struct seal_answer *a;

		house.sender = failing[i];
		a = ask(fd, rcpts);
		assert_int_equal(0, a->copies_count);
		assert_true(a->temporary);
		if (strstr(a->reasons[0], "signing as") == NULL)
			fail_msg("%s: %s", failing[i], a->reasons[0]);
		seal_answer_free(&a);
	}
	close(fd);
}

static void
openpgp_is_not_signed_yet(void **unused)
{
	int fd = message_fd(message, strlen(message));
	char *rcpts[] = { rsa, cv, NULL };
	struct seal_answer *a;

	(void)unused;
	house.sender = house.user = official;
	a = ask(fd, rcpts);
	assert_int_equal(2, a->copies_count);
	assert_true(a->copies[0].used.signature[0] != '\0');
	assert_string_equal("", a->copies[1].used.signature);
	free(save(&a->copies[1]));
	open_openpgp(cv);
	assert_string_equal(TYPE "The secret  \r\n\r\nsentence\r\n\r\n",
	    file("opened"));
	seal_answer_free(&a);
	close(fd);
}

static const struct {
	const char *list;
	int found;
	const char *name;
} lists[] = {
	{ "", 0, "" },
	{ "a@x.test u one", 1, "one" },
	{ "a@x.test u one\na@x.test u two\n", 1, "one" },
	{ "@x.test u one\r\n", 1, "one" },
	{ "@X.TEST\t*\tone # no remarks here\n", -1, "" },
	{ "# a@x.test u one\n", 0, "" },
	{ "a@x.test u\n", -1, "" },
	{ "a@x.test u ../one\n", -1, "" },
	{ "a@x.test u .one\n", -1, "" },
	{ "a@x.test u one\nb@x.test\n", -1, "" },
	{ "* u one\n", -1, "" },
	{ "b@x.test u one\n@y.test u two\n", 0, "" },
	{ "a@x.test U one\n", 0, "" },
};

static void
lists_are_read_whole(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < COUNT(lists); i++) {
		char name[SIGNER_NAME] = "";
		struct reason why;

		if (signer_find(lists[i].list, "a@x.test", "u", name, &why) !=
		    lists[i].found)
			fail_msg("row %zu", i);
		if (lists[i].found == 1)
			assert_string_equal(lists[i].name, name);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sender_and_user_choose_who_signs),
		cmocka_unit_test(readers_verify_what_was_signed),
		cmocka_unit_test(it_shows_what_we_read_and_the_chain),
		cmocka_unit_test(who_cannot_sign_defers),
		cmocka_unit_test(openpgp_is_not_signed_yet),
		cmocka_unit_test(lists_are_read_whole),
	};

	return cmocka_run_group_tests(tests, house_open, house_close);
}
