/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "milter/base/buf.h"
#include "milter/base/count.h"
#include "tests/mail/tree.h"
#include "milter/base/banned.h"

#define CD "Content-Disposition: attachment; "
#define CT "Content-Type: application/pdf; "

/* All names of a part, best first, with a "|" between. */
static const struct {
	const char *header, *names;
} cases[] = {
	{ CD "filename=a.pdf", "a.pdf" },
	{ CD "filename=\"a b.pdf\"", "a b.pdf" },
	{ CD "filename=\"a\\\"b.pdf\"", "a\"b.pdf" },
	{ CT "name=a.exe\n" CD "filename=a.pdf", "a.pdf|a.exe" },
	{ CD "filename=a.pdf; filename*=utf-8''a.exe", "a.exe|a.pdf" },
	{ CD "filename*=utf-8'ja'%E3%81%82.txt", "あ.txt" },
	{ CD "filename*=shift_jis''%82%A0.txt", "あ.txt" },
	{ CD "filename*0=a; filename*1=b.txt", "ab.txt" },
	{ CD "filename*0*=utf-8''%E3%81; filename*1*=%82.txt", "あ.txt" },
	/* JIS cut inside its two-byte run */
	{ CD "filename*0*=iso-2022-jp''%1B$B$; filename*1*=%22$%24%1B%28B",
	    "あい" },
	/* sections in another order than written */
	{ CD "filename*1=b.exe; filename*0=a", "ab.exe|b.exea" },
	{ CD "filename*0=a; filename*2=c", "ac" },
	{ CD "filename=\"=?utf-8?B?44GC?=.txt\"", "あ.txt" },
	{ CD "filename=\"utf-8''%41.txt\"", "utf-8''%41.txt|A.txt" },
	/* raw Shift_JIS: the second byte of the first is a backslash */
	{ CD "filename=\"\225\134.lzh\"", "表.lzh" },
	{ CD "filename=\"a\225\134\"", "a表" },
	{ CD "filename=\"あ.txt\"", "あ.txt" },
	/* out of the grammar: what one reader or another makes of it */
	{ CD "filename=my file.txt", "my file.txt" },
	{ CD "filename=a.z(x)ip", "a.z(x)ip|a.zip" },
	{ CD "filename=\"a\".zip", "a|a.zip" },
	{ CD "filename=a;.zip", "a|a;.zip" },
	{ CD "filename='a.exe'", "'a.exe'|a.exe" },
	{ CD "filena(x)me=a.zip", "a.zip" },
	{ CD "filename=a.txt; filename=a.exe", "a.txt|a.exe" },
	{ CD "filename=\"a.txt", "a.txt" },
	{ CD "name=a.txt", "a.txt" },
	{ CT "filename=a.txt", "a.txt" },
	{ CD "filename=\"a.exe \"", "a.exe " },
	{ CD "filename*=utf-16''a%00.%00z%00i%00p%00", "a.zip" },
	/* the last of two fields */
	{ CD "filename=a.txt\n" CD "filename=a.exe", "a.txt|a.exe" },
	{ CD "filename=", "" },
	{ CD "filename*", "" },
};

static void
all_candidates(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena *a = arena_new(1 << 20);
		const struct message *m =
		    tree_read(a, arena_printf(a, "%s\n\nx", cases[i].header));
		const struct file_name *f = m->root->names;
		struct buf names;

		buf_init(&names, 1000);
		for (; f; f = f->next)
			(void)buf_printf(&names, "%s%s", f->name,
			    f->next ? "|" : "");
		if (strcmp(buf_text(&names), cases[i].names) != 0)
			print_message("in %s\n", cases[i].header);
		assert_string_equal(buf_text(&names), cases[i].names);
		buf_free(&names);
		arena_free(&a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_candidates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
