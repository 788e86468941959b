/* SPDX-License-Identifier: ISC */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "milter/base/count.h"
#include "milter/inspect/filename.h"
#include "milter/base/banned.h"

/* b bidi, i invisible, p padded, t trailing, f full-width, r runs */
static const struct {
	const char *name, *ending, *before, *traits;
} cases[] = {
	{ "", "", "", "" },
	{ ".", "", "", "" },
	{ "report.pdf", "pdf", "", "" },
	{ "report.v1.2.docx", "docx", "2", "" },
	{ "report.pdf.EXE", "exe", "pdf", "r" },
	{ "report.exe.", "exe", "", "rt" },
	{ "report.exe . .", "exe", "", "rt" },
	{ "Letter of Foo Inc.", "", "", "" },
	{ "report.exe:stream.txt", "exe", "", "r" },
	{ "report.exe::$DATA", "exe", "", "r" },
	{ "C:\\temp\\a.b\\report", "", "", "" },
	{ "../../a.lnk", "lnk", "", "r" },
	{ "\u8b70\u4e8b\u9332.pdf          .exe", "exe", "pdf", "rp" },
	{ "\u8b70\u4e8b\u9332.pdf\u3000\u3000\u3000\u3000.exe", "exe", "pdf",
	    "rp" },
	{ "two  blanks.pdf", "pdf", "", "" },
	{ "title          and nothing", "", "", "" },
	{ "\u53d6\u6750\u202efdp.exe", "exe", "", "rb" },
	{ "\u2066a.pdf", "pdf", "", "b" },
	{ "a\u200b.pdf", "pdf", "", "i" },
	{ "\u200ephoto.jpg", "jpg", "", "" },
	{ "a\u200e.jpg", "jpg", "", "i" },
	{ "\U0001f468\u200d\U0001f469.jpg", "jpg", "", "" },
	{ "\u0646\u0645\u06cc\u200c\u062f.pdf", "pdf", "", "" },
	{ "\u304b\u3099\u3044\u304d\u3099.pdf", "pdf", "", "" },
	{ "\u908a\U000e0100.pdf", "pdf", "", "" },
	{ "\u8cc7\u6599\uff0e\uff50\uff44\uff46", "", "", "f" },
	{ "\u8cc7\u6599.\uff45\uff58\uff45", "\uff45\uff58\uff45", "", "f" },
	{ "\u7b2c\uff11\uff0e\uff15\u7ae0", "", "", "" },
	{ "\u7b2c\uff11\uff0e\uff15", "", "", "" },
	{ "<DHL.html>", "html", "", "" },
	{ "\"invoice.pdf.exe\"", "exe", "pdf", "r" },
	{ "what?.pdf", "pdf", "", "" },
	{ "bad\xff utf8.exe", "exe", "", "r" },
};

static void
compare(const char *name, const char *traits, const struct filename *f)
{
	const struct {
		char letter;
		bool set;
	} seen[] = {
		{ 'b', f->bidi },
		{ 'i', f->invisible },
		{ 'p', f->padded },
		{ 't', f->trailing },
		{ 'f', f->fullwidth },
		{ 'r', f->kind != NULL && f->kind->runs },
	};

	for (size_t i = 0; i < COUNT(seen); i++)
		if (seen[i].set != (strchr(traits, seen[i].letter) != NULL))
			fail_msg("%s: '%c' is %d", name, seen[i].letter,
			    seen[i].set);
}

static void
names_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena *a = arena_new(1 << 20);
		struct filename f = filename_read(a, cases[i].name);

		assert_string_equal(cases[i].ending, f.ending);
		assert_string_equal(cases[i].before, f.before);
		compare(cases[i].name, cases[i].traits, &f);
		arena_free(&a);
	}
}

static void
harmless_are_documents(void **state)
{
	(void)state;
	assert_true(filename_harmless(filename_ending("PDF")));
	assert_true(filename_harmless(filename_ending("jtd")));
	assert_false(filename_harmless(filename_ending("exe")));
	assert_false(filename_harmless(filename_ending("zip")));
	assert_false(filename_harmless(filename_ending("html")));
	assert_false(filename_harmless(NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_read),
		cmocka_unit_test(harmless_are_documents),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
