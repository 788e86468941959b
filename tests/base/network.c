/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "milter/base/network.h"
#include "milter/base/count.h"

static const struct {
	const char *network, *address;
	int has; /* -1: the network is refused */
} cases[] = {
	{ "192.0.2.0/24", "192.0.2.255", 1 },
	{ "192.0.2.0/24", "192.0.3.0", 0 },
	{ "192.0.2.0/24", "::ffff:192.0.2.7", 1 },
	{ "192.0.2.0/24", "IPv6:::ffff:192.0.2.7", 1 },
	{ "192.0.2.77/24", "192.0.2.1", 1 },
	{ "192.0.2.0/31", "192.0.2.1", 1 },
	{ "192.0.2.0/31", "192.0.2.2", 0 },
	{ "192.0.2.1", "192.0.2.1", 1 },
	{ "192.0.2.1", "192.0.2.2", 0 },
	{ "0.0.0.0/0", "203.0.113.9", 1 },
	{ "0.0.0.0/0", "2001:db8::1", 0 },
	{ "::/0", "203.0.113.9", 1 },
	{ "2001:db8::/32", "2001:db8:ffff::1", 1 },
	{ "2001:db8::/32", "IPv6:2001:db8::1", 1 },
	{ "2001:db8::/32", "2001:db9::1", 0 },
	{ "2001:db8::/33", "2001:db8:8000::1", 0 },
	{ "::1", "::1", 1 },
	{ "::1", "", 0 },
	{ "::1", "unknown", 0 },
	{ "::1", "::1%lo", 0 },
	{ "192.0.2.0/33", NULL, -1 },
	{ "192.0.2.0/", NULL, -1 },
	{ "192.0.2.0/-1", NULL, -1 },
	{ "192.0.2.0/8x", NULL, -1 },
	{ "192.0.2.0/99999999999999999999", NULL, -1 },
	{ "192.0.2/24", NULL, -1 },
	{ "2001:db8::/129", NULL, -1 },
	{ "mail.example/8", NULL, -1 },
	{ "/8", NULL, -1 },
	{ "", NULL, -1 },
};

static void
networks_hold_their_addresses(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct reason why = { "" };
		struct network n;
		int got = network_parse(&n, cases[i].network, &why);

		if (cases[i].has == -1) {
			assert_int_equal(got, -1);
			assert_non_null(strstr(why.text, "not an IP network"));
			continue;
		}
		assert_int_equal(got, 0);
		assert_int_equal(network_has(&n, cases[i].address),
		    cases[i].has);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(networks_hold_their_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
