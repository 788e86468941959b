/* SPDX-License-Identifier: ISC */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "milter/base/buf.h"
#include "milter/mail/biff.h"
#include "milter/base/banned.h"

static const char workbook[] =
    /* the beginning of a sheet */
    "\x09\x08\x10\x00\x00\x00\x00\x00\x00\x00\x00\x00"
    "\x00\x00\x00\x00\x00\x00\x00\x00"
    /* strings: "a\u3042", and "abcd", cut */
    "\xfc\x00\x14\x00\x02\x00\x00\x00\x02\x00\x00\x00"
    "\x02\x00\x01\x61\x00\x42\x30\x04\x00\x00\x61\x62"
    /* goes on, in two bytes each */
    "\x3c\x00\x05\x00\x01\x63\x00\x64\x00"
    /* B1: string 1 */
    "\xfd\x00\x0a\x00\x00\x00\x01\x00\x00\x00\x01\x00"
    "\x00\x00"
    /* C1: 30 */
    "\x7e\x02\x0a\x00\x00\x00\x02\x00\x00\x00\x7a\x00"
    "\x00\x00"
    /* A2 and B2: 1 and its hundredth */
    "\xbd\x00\x12\x00\x01\x00\x00\x00\x00\x00\x06\x00"
    "\x00\x00\x00\x00\x07\x00\x00\x00\x01\x00"
    /* A3 */
    "\x03\x02\x0e\x00\x02\x00\x00\x00\x00\x00\x00\x00"
    "\x1a\x1a\x99\xbe\x3c\x42"
    /* A4: a formula that comes to */
    "\x06\x00\x16\x00\x03\x00\x00\x00\x00\x00\x00\x00"
    "\x00\x00\x00\x00\xff\xff\x00\x00\x00\x00\x00\x00"
    "\x00\x00"
    /* a text */
    "\x07\x02\x05\x00\x02\x00\x00\x78\x79"
    /* A5: a text */
    "\x04\x02\x0b\x00\x04\x00\x00\x00\x00\x00\x02\x00"
    "\x00\x7a\x7a";

/* Each line with a | behind it, > for a tab. */
static bool
note(void *owner, const char *text, size_t len)
{
	struct buf *seen = owner;

	for (size_t i = 0; i < len; i++)
		buf_add(seen, text[i] == '\t' ? ">" : text + i, 1);
	buf_string(seen, "|");
	return seen->len < 1000;
}

static void
read_it(const void *bytes, size_t size, struct buf *seen)
{
	struct doctext d = doctext_begin(seen, note);

	biff_read(&d, (struct span){ bytes, size });
	doctext_end(&d);
}

static void
cells_of_every_kind_are_read(void **state)
{
	struct buf seen;

	(void)state;
	buf_init(&seen, 1 << 20);
	read_it(workbook, sizeof workbook - 1, &seen);
	assert_string_equal("a\u3042|abcd|>abcd>30|1>0.01|123456789018|xy|zz|",
	    buf_text(&seen));
	buf_free(&seen);
}

/* In a copy of its own size, so that a sanitizer sees a byte too far. */
static void
a_workbook_may_end_anywhere(void **state)
{
	struct buf seen;

	(void)state;
	buf_init(&seen, 1 << 20);
	for (size_t size = 0; size < sizeof workbook - 1; size++) {
		char *copy = malloc(size);

		memcpy(copy, workbook, size);
		buf_clear(&seen);
		read_it(copy, size, &seen);
		assert_null(strstr(buf_text(&seen), "zz|"));
		free(copy);
	}
	buf_free(&seen);
}

/* MS-XLS 2.2.10: what stands behind it is not text. */
static void
an_encrypted_workbook_has_no_text(void **state)
{
	char bytes[sizeof workbook + 4] = "\x2f\0\0\0";
	struct buf seen;

	(void)state;
	buf_init(&seen, 1 << 20);
	memcpy(bytes + 4, workbook, sizeof workbook - 1);
	read_it(bytes, sizeof bytes - 1, &seen);
	assert_string_equal("", buf_text(&seen));
	buf_free(&seen);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cells_of_every_kind_are_read),
		cmocka_unit_test(a_workbook_may_end_anywhere),
		cmocka_unit_test(an_encrypted_workbook_has_no_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
