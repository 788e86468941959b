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

static const char message[] = "From: official@ministry.test\r\n"
			      "Subject: x\r\n"
			      "To: rsa@partner.test, gcm@partner.test,\r\n"
			      "\tcamellia@partner.test, ec@partner.test\r\n"
			      "MIME-Version: 1.0\r\n"
			      "Content-Type: text/plain\r\n"
			      "\r\n"
			      "The secret sentence\r\n";

static const char inner[] = "Content-Type: text/plain\r\n"
			    "\r\n"
			    "The secret sentence\r\n";

static char rsa[] = "rsa@partner.test", ec[] = "ec@partner.test",
	    gcm[] = "gcm@partner.test", camellia[] = "camellia@partner.test";

static int
by_openssl(const char *who)
{
	open_smime(who);
	return 0;
}

/* What is written for whom by which profile, and who opens it: the matrix of
 * encryption.md 4(b). A change in a cell is one in the world, and to be
 * known of. */
static const struct {
	const char *profile;
	char *to;
	const char *content, *keys; /* NULL: refused */
	bool nss, gpgsm;
} matrix[] = {
	{ "interop", rsa, "AES-256-CBC", "RSAES-PKCS1-v1_5", true, true },
	{ "interop", camellia, "CAMELLIA-256-CBC", "RSAES-PKCS1-v1_5", true,
	    true },
	{ "interop", ec, "AES-256-CBC", "ECDH SHA256", false, false },
	{ "interop", gcm, "AES-256-GCM", "RSAES-OAEP SHA256", false, false },
	{ "cryptrec", rsa, "AES-256-CBC", "RSAES-OAEP SHA256", false, false },
	{ "cryptrec", gcm, "AES-256-GCM", "RSAES-OAEP SHA256", false, false },
	{ "aead", rsa, NULL, NULL, false, false },
	{ "aead", gcm, "AES-256-GCM", "RSAES-OAEP SHA256", false, false },
};

static bool
opens(int (*reader)(const char *who), const char *who)
{
	char path[128], got[sizeof inner + 1] = "";
	size_t len = 0;
	FILE *f;

	shell("rm -f %s/opened", house.folder);
	if (reader(who) != 0)
		return false;
	snprintf(path, sizeof path, "%s/opened", house.folder);
	f = fopen(path, "r");
	if (f != NULL) {
		len = fread(got, 1, sizeof got, f);
		fclose(f);
	}
	return len == strlen(inner) && memcmp(inner, got, len) == 0;
}

static void
check_row(size_t i, const struct seal_answer *a)
{
	const struct seal_used *used = &a->copies[0].used;

	if (matrix[i].content == NULL) {
		assert_int_equal(0, a->copies_count);
		assert_non_null(strstr(a->reasons[0], "AES-256-GCM"));
		return;
	}
	assert_int_equal(1, a->copies_count);
	assert_string_equal(matrix[i].content, used->content);
	assert_string_equal(matrix[i].keys, used->keys);
	assert_true(used->monitored == (strstr(used->keys, "PKCS1") != NULL));
	free(save(&a->copies[0]));
	assert_true(opens(by_openssl, matrix[i].to));
	if (opens(open_nss, matrix[i].to) != matrix[i].nss)
		fail_msg("row %zu: NSS", i);
	/* Of gpgsm's import of EC nothing good is known: it crashes. */
	if (matrix[i].to != ec &&
	    opens(open_gpgsm, matrix[i].to) != matrix[i].gpgsm)
		fail_msg("row %zu: gpgsm", i);
}

static void
each_gets_what_they_read(void **unused)
{
	int fd = message_fd(message, strlen(message));

	(void)unused;
	for (size_t i = 0; i < COUNT(matrix); i++) {
		char *rcpts[] = { matrix[i].to, NULL };
		struct seal_answer *a;

		house_profile(matrix[i].profile);
		a = ask(fd, rcpts);
		check_row(i, a);
		seal_answer_free(&a);
	}
	house_profile("interop");
	close(fd);
}

static void
other_ciphers_are_other_copies(void **unused)
{
	char *rcpts[] = { rsa, gcm, ec, camellia, NULL };
	int fd = message_fd(message, strlen(message));
	struct seal_answer *a = ask(fd, rcpts);

	(void)unused;
	assert_int_equal(3, a->copies_count);
	assert_string_equal("AES-256-CBC", a->copies[0].used.content);
	assert_int_equal(2, a->copies[0].count);
	assert_string_equal("AES-256-GCM", a->copies[1].used.content);
	assert_string_equal("CAMELLIA-256-CBC", a->copies[2].used.content);
	seal_answer_free(&a);
	close(fd);
}

static int
close_readers(void **unused)
{
	shell("GNUPGHOME=%s/gpgsm gpgconf --kill all", house.folder);
	return house_close(unused);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_gets_what_they_read),
		cmocka_unit_test(other_ciphers_are_other_copies),
	};

	return cmocka_run_group_tests(tests, house_open, close_readers);
}
