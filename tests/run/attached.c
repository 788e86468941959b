/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "milter/base/count.h"
#include "milter/run/attached.h"
#include "milter/base/banned.h"

/* Names, and the pattern that all of a row share. */
static const struct {
	const char *names[3], *pattern;
} alike[] = {
	{ { "invoice_8271.zip", "Invoice_91.ZIP", "invoice_０９.zip" },
	    "invoice_#.zip" },
	{ { "invoice8271.zip", "INVOICE1.zip" }, "invoice#.zip" },
	{ { "Order o4M278sTa.pdf", "order 9k3.pdf" }, "order #.pdf" },
	{ { "請求書2026年11月.xlsx", "請求書２０２５年3月.xlsx" },
	    "請求書#年#月.xlsx" },
	{ { "report.tar.gz", "Report.tar.gz" }, "report.tar.gz" },
	{ { "report.7z", "Report.7Z" }, "report.7z" },
	{ { "no ending 12", "no ending 3" }, "no ending #" },
	{ { "表1.pdf", "表22.pdf" }, "表#.pdf" },
	/* These say nothing. */
	{ { "", "20261128_0912.pdf", "a1.pdf" }, "" },
	{ { "winmail.dat", "smime.p7m", "ATT00001.txt" }, "" },
	{ { ".", "...", "8271.zip" }, "" },
};

static void
names_have_patterns(void **unused)
{
	char pattern[ATTACHED_PATTERN];

	(void)unused;
	for (size_t i = 0; i < COUNT(alike); i++)
		for (size_t k = 0; k < 3 && alike[i].names[k] != NULL; k++) {
			attached_pattern(alike[i].names[k], pattern);
			assert_string_equal(pattern, alike[i].pattern);
		}
}

static void
a_long_name_is_cut_before_its_ending(void **unused)
{
	char name[FINDINGS_NAME], pattern[ATTACHED_PATTERN];

	(void)unused;
	for (size_t i = 0; i < sizeof name; i++)
		name[i] = "請"[i % 3];
	memcpy(name + sizeof name - 6, "x.zip", 6);
	attached_pattern(name, pattern);
	assert_string_equal(pattern + strlen(pattern) - 7, "....zip");
	attached_pattern("x.not an ending of a file", pattern);
	assert_string_equal(pattern, "x.not an ending of a file");
}

static const struct row {
	const char *path, *type, *name;
	uint64_t size;
	bool counts;
} rows[] = {
	{ "", "multipart/mixed", "", 0, false },
	{ "1", "multipart/related", "", 0, false },
	{ "1.1", "text/html", "", 90000, false },
	{ "1.2", "image/png", "logo.png", 20000, false },
	{ "1.3", "image/svg+xml", "logo.svg", 20000, true },
	{ "2", "application/pdf", "news.pdf", 20000, true },
	{ "2.1", "application/zip", "in the pdf.zip", 20000, false },
	{ "2.1.1", "text/plain", "in that zip.txt", 20000, false },
	{ "3", "application/zip", "a.zip", 20000, true },
	{ "3.1", "text/plain", "README", 900, false },
	{ "3.2", "application/zip", "b.docx", 20000, true },
	{ "3.2.1", "text/xml", "word/styles.xml", 20000, false },
	{ "3.3", "application/x-rar", "b.rar", 20000, true },
	{ "3.3.1", "text/x-vbs", "b.vbs", 20000, true },
	{ "31", "application/x-rar", "b.rar", 255, false },
	{ "4", "application/ms-tnef", "winmail.dat", 20000, false },
	{ "4.1", "application/msword", "minutes.doc", 20000, true },
	{ "5", "message/rfc822", "", 0, false },
	{ "5.1", "multipart/mixed", "", 0, false },
	{ "5.1.1", "text/plain", "", 5000, false },
	{ "5.1.2", "text/plain", "list.txt", 256, true },
	{ "6", "application/pkcs7-signature", "smime.p7s", 4000, false },
	{ "7", "text/calendar", "invite.ics", 4000, false },
	{ "8", "application/x-msdownload", "", 4000, true },
};

static void
add(struct findings *f, const struct row *row)
{
	struct seen_part p = { .path = (char *)row->path,
		.name = (char *)row->name,
		.type = (char *)row->type,
		.size = row->size,
		.reason = "" };

	findings_part(f, &p);
}

static void
files_are_taken_and_nothing_else(void **unused)
{
	struct findings *f = findings_new();
	struct attached list[ATTACHED_MOST];
	size_t count, at = 0;

	(void)unused;
	for (size_t i = 0; i < COUNT(rows); i++)
		add(f, &rows[i]);
	count = attached_take(f, list);
	for (size_t i = 0; i < COUNT(rows); i++) {
		bool is = at < count && list[at].part == &f->parts[i];

		if (is != rows[i].counts)
			fail_msg("%s", rows[i].path);
		at += is;
	}
	assert_int_equal(at, count);
	/* Members of an archive have no pattern: their names are anybody's. */
	assert_string_equal(list[1].pattern, "news.pdf");
	assert_string_equal(list[3].part->name, "b.docx");
	assert_string_equal(list[3].pattern, "");
	findings_free(&f);
}

static void
many_are_cut(void **unused)
{
	struct findings *f = findings_new();
	struct attached list[ATTACHED_MOST];
	char path[8];
	struct row row = { path, "application/pdf", "abc.pdf", 4000, true };

	(void)unused;
	for (int i = 1; i < 100; i++) {
		snprintf(path, sizeof path, "%d", i);
		add(f, &row);
	}
	assert_int_equal(attached_take(f, list), ATTACHED_MOST);
	findings_free(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_have_patterns),
		cmocka_unit_test(a_long_name_is_cut_before_its_ending),
		cmocka_unit_test(files_are_taken_and_nothing_else),
		cmocka_unit_test(many_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
