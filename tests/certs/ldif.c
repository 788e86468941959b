/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "certs/ldif.h"
#include "milter/base/count.h"

/* The records of a text, in words: mails, then certificates as they are. */
static const struct {
	const char *text, *want;
} cases[] = {
	{ "", "" },
	{ "dn: cn=a\n", "" },
	{ "dn: cn=a\nmail: a@p.test\n", "a@p.test;\n" },
	{ "dn: cn=a\r\nmail: a@p.test\r\n\r\ndn: b\r\nMAIL: b@p.test",
	    "a@p.test;\nb@p.test;\n" },
	{ "mail: a@p\n .test\nuserCertificate;binary:: aGVs\n bG8=\n",
	    "a@p.test;hello;\n" },
	{ "mail:: YUBwLnRlc3Q=\nuserSMIMECertificate: raw\n",
	    "a@p.test;raw;\n" },
	{ "mail: a@p.test\n# mail: b@p.test\n", "a@p.test;\n" },
	{ "mail: a@p.test\nmailbox: b@p.test\nuserCertificateX: x\n",
	    "a@p.test;\n" },
	{ "userCertificate:: aGVsbG8\n", "!broken base64\n" },
	{ "userCertificate:: a=Gs\n", "!broken base64\n" },
	{ "userCertificate:< file:///etc/passwd\n",
	    "!a value by URL is not fetched\n" },
	{ "userCertificate:", ";\n" },
	{ " mail: folded into nothing\n", "" },
	{ "mail\n: a@p.test\n", "" },
};

static void
say(const struct ldif_record *r, char *out, size_t size)
{
	size_t n = strlen(out);

	if (r->problem != NULL)
		n += (size_t)snprintf(out + n, size - n, "!%s", r->problem);
	for (size_t i = 0; i < r->mails_count; i++)
		n += (size_t)snprintf(out + n, size - n, "%s;", r->mails[i]);
	for (size_t i = 0; i < r->certificates_count; i++)
		n += (size_t)snprintf(out + n, size - n, "%.*s;",
		    (int)r->certificates[i].len,
		    (const char *)r->certificates[i].bytes);
	snprintf(out + n, size - n, "\n");
}

static void
records_are_read(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *text = strdup(cases[i].text), got[512] = "";
		struct ldif_record record;
		struct ldif ldif;

		ldif_begin(&ldif, text, strlen(text));
		while (ldif_next(&ldif, &record))
			say(&record, got, sizeof got);
		assert_string_equal(cases[i].want, got);
		free(text);
	}
}

static void
too_many_are_told(void **unused)
{
	char text[2048] = "";
	struct ldif_record record;
	struct ldif ldif;

	(void)unused;
	for (int i = 0; i <= LDIF_MAILS; i++)
		strncat(text, "mail: a@p.test\n", 20);
	ldif_begin(&ldif, text, strlen(text));
	assert_int_equal(1, ldif_next(&ldif, &record));
	assert_int_equal(LDIF_MAILS, record.mails_count);
	assert_non_null(record.problem);
	assert_int_equal(0, ldif_next(&ldif, &record));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_are_read),
		cmocka_unit_test(too_many_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
