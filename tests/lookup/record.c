/* SPDX-License-Identifier: ISC */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "milter/base/count.h"
#include "milter/lookup/record.h"

/* What libspf2 is given; NULL: refused. */
static const struct {
	const char *record, *rewritten;
} cases[] = {
	{ "v=spf1", "v=spf1 " },
	{ "v=spf1  -all ", "v=spf1 -all " },
	{ "V=SPF1 A MX ?all", "v=spf1 A MX ?all " },
	{ "v=spf1 redirect=a.example ip4:192.0.2.1",
	    "v=spf1 ip4:192.0.2.1 redirect=a.example" },
	{ "v=spf1 redirect=a.example -all", "v=spf1 -all " },
	{ "v=spf1 -all exp=e.example x-y=%{d}z", "v=spf1 -all " },
	{ "v=spf1 a/24//64 mx:b.example//64 a:b.example/8", "v=spf1 a/24//64"
							    " mx:b.example//64"
							    " a:b.example/8 " },
	{ "v=spf1 include:%{d2r.}", "v=spf1 include:%{d2r.} " },
	{ "v=spf1 exists:%{ir}.%{v}._spf.%{d2}",
	    "v=spf1 exists:%{ir}.%{v}._spf.%{d2} " },
	{ "v=spf1 ip6:2001:db8::/32", "v=spf1 ip6:2001:db8::/32 " },
	{ "v=spf1 a:b.example.", "v=spf1 a:b.example. " },
	{ "v=spf1 a:", NULL },
	{ "v=spf1 a:example", NULL },
	{ "v=spf1 a:192.0.2.1", NULL },
	{ "v=spf1 a:b.-com", NULL },
	{ "v=spf1 a/33", NULL },
	{ "v=spf1 a//129", NULL },
	{ "v=spf1 a/032", NULL },
	{ "v=spf1 a/", NULL },
	{ "v=spf1 a//", NULL },
	{ "v=spf1 all:b.example", NULL },
	{ "v=spf1 all/8", NULL },
	{ "v=spf1 include", NULL },
	{ "v=spf1 ip4:192.0.2", NULL },
	{ "v=spf1 ip4:192.0.2.1/33", NULL },
	{ "v=spf1 ip4", NULL },
	{ "v=spf1 ip6:192.0.2.1", NULL },
	{ "v=spf1 exists:%{c}.b.example", NULL },
	{ "v=spf1 exists:%{d0}", NULL },
	{ "v=spf1 exists:%{d", NULL },
	{ "v=spf1 exists:%(d).example", NULL },
	{ "v=spf1 exists:b.example%", NULL },
	{ "v=spf1 exists:b.example%-", NULL },
	{ "v=spf1 redirect=a.example redirect=a.example", NULL },
	{ "v=spf1 exp=a.example exp=a.example", NULL },
	{ "v=spf1 exp=", NULL },
	{ "v=spf1 x=%", NULL },
	{ "v=spf1 -", NULL },
	{ "v=spf1 =a", NULL },
	{ "v=spf1 aa", NULL },
	{ "v=spf1 a\ta", NULL },
};

static void
records_are_rewritten(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct reason why = { "" };
		struct buf out;
		int result;

		buf_init(&out, 2048);
		result = record_rewrite(cases[i].record,
		    strlen(cases[i].record), &out, &why);
		if ((result == 0) != (cases[i].rewritten != NULL))
			fail_msg("%s: %d %s", cases[i].record, result,
			    why.text);
		if (result == 0)
			assert_string_equal(cases[i].rewritten, buf_text(&out));
		else
			assert_string_not_equal("", why.text);
		buf_free(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_are_rewritten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
