/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "milter/base/text.h"
#include "policy/fact.h"
#include "policy/policy.h"

static void
rows_are_whole(void **unused)
{
	(void)unused;
	for (int i = 0; i < FACT_COUNT; i++) {
		const struct fact_row *row = fact_row((enum fact)i);

		assert_int_equal(i, fact_named(row->name));
		assert_true(row->severity <= SEVERITY_high);
		assert_int_equal(strspn(row->name,
				     "abcdefghijklmnopqrstuvwxyz0123456789._"),
		    strlen(row->name));
		assert_true(*row->en != '\0' && *row->ja < 0x7f);
		assert_true(text_is_utf8(row->ja, strlen(row->ja)));
		assert_true(*row->basis != '\0');
	}
}

static void
unknown_names_are_none(void **unused)
{
	enum severity s;

	(void)unused;
	assert_int_equal(FACT_COUNT, fact_named("virus "));
	assert_int_equal(FACT_COUNT, fact_named(""));
	assert_int_equal(-1, severity_named("highest", &s));
	assert_int_equal(VERDICT_COUNT, verdict_named("Deliver"));
}

static void
names_lead_back(void **unused)
{
	enum severity s;

	(void)unused;
	for (int i = SEVERITY_info; i <= SEVERITY_high; i++) {
		assert_int_equal(0,
		    severity_named(severity_name((enum severity)i), &s));
		assert_int_equal(i, s);
	}
	for (int i = 0; i < VERDICT_COUNT; i++)
		assert_int_equal(i,
		    verdict_named(verdict_name((enum verdict_kind)i)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_whole),
		cmocka_unit_test(unknown_names_are_none),
		cmocka_unit_test(names_lead_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
