/* SPDX-License-Identifier: ISC */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "tests/record/synthetic.h"

static void
figures_are_exact(void **unused)
{
	struct report r;
	const struct report_month *m;

	(void)unused;
	synthetic_collect(&r, NULL);
	assert_int_equal(0, r.journal.faults_count);
	assert_int_equal(1, r.systems_count);
	m = &r.systems[0].months[0];
	assert_int_equal(31, m->received);
	assert_int_equal(26, m->inspected);
	assert_int_equal(6, m->uninspectable);
	assert_int_equal(3, m->found);
	assert_int_equal(19, m->delivered);
	assert_int_equal(2, m->tagged);
	assert_int_equal(1, m->sanitised);
	assert_int_equal(3, m->quarantined);
	assert_int_equal(1, m->refused);
	assert_int_equal(4, m->deferred);
	assert_int_equal(20, m->tls13);
	assert_int_equal(8, m->tls12);
	assert_int_equal(1, m->tls_old);
	assert_int_equal(2, m->plain);
	assert_int_equal(3, m->held);
	assert_int_equal(1, m->released);
	assert_int_equal(1, m->discarded);
	m = &r.systems[0].months[9];
	assert_int_equal(20, m->outbound);
	assert_int_equal(10, m->smime);
	assert_int_equal(6, m->openpgp);
	assert_int_equal(2, m->unprotected);
	assert_int_equal(2, m->postponed);
	assert_int_equal(0, m->deferred);
	assert_int_equal(1, r.systems[0].months[11].received);
	assert_int_equal(5, r.systems[0].samples);
	assert_int_equal(1, r.systems[0].samples_reduced);
	assert_int_equal(20 * 60, r.systems[0].gaps);
	assert_int_equal(1, r.systems[0].updates_refused);
	assert_int_equal(8760, report_hours(&r));
	report_free(&r);
}

static void
outcome_is_read_at_the_day(void **unused)
{
	struct report r;

	(void)unused;
	synthetic_collect(&r, "2027-03-31"); /* before one was discarded */
	assert_int_equal(1, r.systems[0].months[0].released);
	assert_int_equal(0, r.systems[0].months[0].discarded);
	report_free(&r);
	synthetic_collect(&r, "2026-04-01");
	assert_int_equal(0, r.systems[0].months[0].released);
	assert_int_equal(0, r.systems[0].months[9].outbound);
	assert_int_equal(24, report_hours(&r));
	report_free(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures_are_exact),
		cmocka_unit_test(outcome_is_read_at_the_day),
	};

	return cmocka_run_group_tests(tests, synthetic_set_up,
	    synthetic_tear_down);
}
