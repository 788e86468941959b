/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#include "certs/fields.h"
#include "milter/base/count.h"

/* What is listed, as "Name#index=value;". */
static const struct {
	const char *message, *listed;
	size_t body;
} cases[] = {
	{ "", "", 0 },
	{ "\r\nbody", "", 2 },
	{ "\nbody", "", 1 },
	{ "Subject: a\r\n\r\nb", "Subject#1=a;", 14 },
	{ "subject:a\r\n b\r\nSUBJECT :  c\r\n\r\n",
	    "subject#1=a\n b;SUBJECT#2= c;", 31 },
	{ "X: y\r\nX-Sekimori-Id: 1\r\nx-sekimori-id: 2\r\nX-Sekimori-: 3",
	    "X-Sekimori-Id#1=1;x-sekimori-id#2=2;", 56 },
	{ "no field\r\nContent-Type: a;\r\n\tb=c\r\nMIME-Version: 1.0\n\nx",
	    "Content-Type#1=a;\n\tb=c;MIME-Version#1=1.0;", 53 },
	{ "Content-Type: unfinished", "Content-Type#1=unfinished;", 24 },
	{ "Authentication-Results: a;b\r\n\r\nSubject: in the body\r\n",
	    "Authentication-Results#1=a;b;", 31 },
};

static void
fields_are_found(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int fd = memfd_create("message", MFD_CLOEXEC);
		struct reason why;
		struct fields f;
		struct buf listed;

		assert_int_equal(strlen(cases[i].message),
		    write(fd, cases[i].message, strlen(cases[i].message)));
		assert_int_equal(0, fields_open(&f, fd, &why));
		buf_init(&listed, 1024);
		for (size_t n = 0; n < f.count; n++) {
			char name[FIELDS_NAME];

			fields_name(&f.list[n], name);
			buf_printf(&listed, "%s#%d=", name, f.list[n].index);
			fields_value(&f.list[n], &listed);
			buf_string(&listed, ";");
		}
		assert_string_equal(cases[i].listed, buf_text(&listed));
		assert_int_equal(cases[i].body, f.body);
		buf_free(&listed);
		fields_close(&f);
		close(fd);
	}
}

static void
a_flood_is_refused(void **unused)
{
	static const char line[] = "X-Sekimori-Id: 1\r\n";
	int fd = memfd_create("message", MFD_CLOEXEC);
	struct reason why;
	struct fields f;

	(void)unused;
	for (int i = 0; i <= FIELDS_MAX; i++)
		assert_int_equal(strlen(line), write(fd, line, strlen(line)));
	assert_int_equal(-1, fields_open(&f, fd, &why));
	fields_close(&f);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_found),
		cmocka_unit_test(a_flood_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
