/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "milter/base/count.h"
#include "tests/certs/house.h"

#define HEAD \
	"Received: from a by b\r\n" \
	"Subject: the secret\r\n\tsubject\r\n" \
	"Keywords: secret, word\r\n" \
	"From: official@ministry.test\r\n" \
	"To: rsa@partner.test,\r\n cv@pgp.test\r\n" \
	"Bcc: hidden@partner.test\r\n" \
	"Message-ID: <1@x>\r\n" \
	"MIME-Version: 1.0\r\n"

#define INSIDE \
	"Subject: the secret\r\n\tsubject\r\n" \
	"Keywords: secret, word\r\n" \
	"From: official@ministry.test\r\n" \
	"To: rsa@partner.test,\r\n cv@pgp.test\r\n" \
	"Message-ID: <1@x>\r\n" \
	"HP-Outer: Subject: [...]\r\n" \
	"HP-Outer: From: official@ministry.test\r\n" \
	"HP-Outer: To: rsa@partner.test,\r\n cv@pgp.test\r\n" \
	"HP-Outer: Message-ID: <1@x>\r\n"

static const char outside[] = "Received: from a by b\r\n"
			      "Subject: [...]\r\n"
			      "From: official@ministry.test\r\n"
			      "To: rsa@partner.test,\r\n cv@pgp.test\r\n"
			      "Message-ID: <1@x>\r\n"
			      "MIME-Version: 1.0\r\n"
			      "Content-Type: ";

static const struct {
	const char *message, *inside;
} cases[] = {
	{ HEAD "Content-Type: text/plain;\r\n\tcharset=UTF-8\r\n"
	       "Content-Language: ja\r\n\r\nsecret\r\n",
	    INSIDE "Content-Type: text/plain;\r\n\tcharset=UTF-8;\r\n"
		   "\thp=\"cipher\"\r\nContent-Language: ja\r\n\r\n"
		   "secret\r\n" },
	{ HEAD "content-type: text/html; \r\n\r\n",
	    INSIDE "content-type: text/html;\r\n\thp=\"cipher\"\r\n\r\n" },
	{ HEAD "\r\nsecret",
	    INSIDE "Content-Type: text/plain; charset=us-ascii;\r\n"
		   "\thp=\"cipher\"\r\n\r\nsecret" },
};

static char rsa[] = "rsa@partner.test", cv[] = "cv@pgp.test";

static void
assert_file(const char *name, const char *want)
{
	char path[128], got[4096];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", house.folder, name);
	f = fopen(path, "r");
	assert_non_null(f);
	got[fread(got, 1, sizeof got - 1, f)] = '\0';
	fclose(f);
	assert_string_equal(want, got);
}

static void
the_header_is_inside_and_outside_only_what_must_be(void **unused)
{
	char *rcpts[] = { rsa, cv, NULL };

	(void)unused;
	house.class = 3;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int fd = message_fd(cases[i].message, strlen(cases[i].message));
		struct seal_answer *a = ask(fd, rcpts);

		assert_int_equal(2, a->copies_count);
		for (size_t c = 0; c < 2; c++) {
			char *text = save(&a->copies[c]);

			assert_memory_equal(outside, text, strlen(outside));
			assert_null(strstr(text, "secret"));
			free(text);
			c == 0 ? open_smime(rsa) : open_openpgp(cv);
			assert_file("opened", cases[i].inside);
		}
		seal_answer_free(&a);
		close(fd);
	}
}

/* Below the class that the operator set, the Subject can be found by it. */
static void
below_the_class_the_subject_stays(void **unused)
{
	int fd = message_fd(cases[0].message, strlen(cases[0].message));
	char *rcpts[] = { rsa, NULL };
	struct seal_answer *a;
	char *text;

	(void)unused;
	house.class = 2;
	a = ask(fd, rcpts);
	text = save(&a->copies[0]);
	assert_non_null(strstr(text, "Subject: the secret\r\n\tsubject\r\n"));
	open_smime(rsa);
	assert_file("opened", "Content-Type: text/plain;\r\n"
			      "\tcharset=UTF-8\r\nContent-Language: ja\r\n\r\n"
			      "secret\r\n");
	free(text);
	seal_answer_free(&a);
	close(fd);
}

/* RFC 9788, 4.1: the payload is below all layers, so the layer of somebody
 * else goes into one. Python reads hp and the fields there. */
static void
a_layer_of_others_is_wrapped_and_ours_is_around(void **unused)
{
	static const char message[] =
	    HEAD "Content-Type: multipart/signed; boundary=x\r\n\r\n--x--\r\n";
	int fd = message_fd(message, strlen(message));
	char *rcpts[] = { rsa, NULL };
	struct seal_answer *a;

	(void)unused;
	house.class = 3;
	house.sender = house.user = (char[]){ "official@ministry.test" };
	a = ask(fd, rcpts);
	free(save(&a->copies[0]));
	open_smime(rsa);
	assert_int_equal(0, verify_openssl());
	assert_int_equal(0,
	    shell(
		"cd %s && python3 - <<'EOF'\n"
		"import email, email.policy\n"
		"m = email.message_from_binary_file(open('signed', 'rb'),\n"
		"    policy=email.policy.default)\n"
		"assert m.get_content_type() == 'multipart/mixed'\n"
		"assert m['Content-Type'].params['hp'] == 'cipher'\n"
		"assert m['Subject'] == 'the secret\\tsubject', m['Subject']\n"
		"assert m.get_all('HP-Outer')[0] == 'Subject: [...]'\n"
		"inside, = m.iter_parts()\n"
		"assert inside.get_content_type() == 'multipart/signed'\n"
		"assert inside['Subject'] is None\n"
		"EOF",
		house.folder));
	seal_answer_free(&a);
	house.sender = house.user = NULL;
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    the_header_is_inside_and_outside_only_what_must_be),
		cmocka_unit_test(below_the_class_the_subject_stays),
		cmocka_unit_test(
		    a_layer_of_others_is_wrapped_and_ours_is_around),
	};

	return cmocka_run_group_tests(tests, house_open, house_close);
}
