/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "milter/base/count.h"
#include "policy/envelope.h"

static const struct {
	const char *path, *address, *domain;
} paths[] = {
	{ "<a@b.example>", "a@b.example", "b.example" },
	{ "a@b.example", "a@b.example", "b.example" },
	{ " <A.b@B.Example> ", "A.b@b.example", "b.example" },
	{ "<>", "", "" },
	{ "", "", "" },
	{ "<postmaster>", "postmaster", "" },
	{ "<\"a@b\">", "\"a@b\"", "" },
	{ "<\"a@b\"@c.example>", "\"a@b\"@c.example", "c.example" },
	{ "<@x.example,@y.example:a@b.example>", "a@b.example", "b.example" },
	{ "<@[IPv6:2001:db8::1]:a@b.example>", "a@b.example", "b.example" },
	{ "<a@b.example.>", "a@b.example", "b.example" },
	{ "<a@[192.0.2.1]>", "a@[192.0.2.1]", "[192.0.2.1]" },
	{ "<a@_x.example>", "a@_x.example", "_x.example" },
	/* 総務省.jp, in full-width letters and an ideographic full stop too */
	{ "<a@\xe7\xb7\x8f\xe5\x8b\x99\xe7\x9c\x81.jp>", "a@xn--lhr645fjve.jp",
	    "xn--lhr645fjve.jp" },
	{ "<a@\xef\xbc\xa2.\xef\xbd\x85xample>", "a@b.example", "b.example" },
	{ "<\xe5\xb1\xb1@b.example>", "\xe5\xb1\xb1@b.example", "b.example" },
};

static void
paths_become_addresses(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < COUNT(paths); i++) {
		struct envelope *e = envelope_new(1);
		struct reason why;

		assert_int_equal(0,
		    envelope_sender(e, paths[i].path, "SIZE=1", &why));
		assert_string_equal(paths[i].address, e->sender);
		assert_string_equal(paths[i].domain, e->sender_domain);
		assert_int_equal(0, envelope_rcpt(e, paths[i].path, "", &why));
		assert_string_equal(paths[i].address, e->rcpts[0].address);
		assert_string_equal(paths[i].domain, e->rcpts[0].domain);
		assert_int_equal(-1, envelope_rcpt(e, "<a@b>", "", &why));
		envelope_reset(e);
		assert_string_equal("", e->sender_domain);
		assert_int_equal(0, e->rcpts_count);
		envelope_free(&e);
	}
}

static void
controls_do_not_stay(void **unused)
{
	struct envelope *e = envelope_new(1);
	struct reason why;

	(void)unused;
	assert_int_equal(0, envelope_rcpt(e, "<a\r\nb@c>", "\x1b", &why));
	assert_null(strpbrk(e->rcpts[0].address, "\r\n"));
	assert_null(strchr(e->rcpts[0].args, '\x1b'));
	envelope_free(&e);
}

static void
long_addresses_are_refused(void **unused)
{
	struct envelope *e = envelope_new(1);
	char path[2 * ENVELOPE_ADDRESS];
	struct reason why;

	(void)unused;
	for (size_t len = ENVELOPE_ADDRESS; len < sizeof path - 1; len += 7) {
		memset(path, 'a', len);
		memcpy(path + len - 4, "@b.c", 5);
		assert_int_equal(-1, envelope_rcpt(e, path, "", &why));
		assert_int_equal(-1, envelope_sender(e, path, "", &why));
	}
	/* Made printable, each byte takes four. */
	memset(path, '\xff', ENVELOPE_ADDRESS / 2);
	path[ENVELOPE_ADDRESS / 2] = '\0';
	assert_int_equal(-1, envelope_rcpt(e, path, "", &why));
	envelope_free(&e);
}

static struct places *
ministry(void)
{
	char *domains[] = { "Example.go.jp", ".sub.example.jp",
		"\xe7\xb7\x8f\xe5\x8b\x99\xe7\x9c\x81.jp" };
	char *networks[] = { "192.0.2.0/24", "2001:db8::/32" };
	struct conf conf = { .own_domains = { domains, 3 },
		.own_networks = { networks, 2 } };
	struct reason why;
	struct places *p = places_new(&conf, &why);

	assert_non_null(p);
	return p;
}

static const struct {
	const char *ip, *user, *to;
	enum direction direction;
} ways[] = {
	{ "198.51.100.1", "", "a@example.go.jp", DIRECTION_INBOUND },
	{ "198.51.100.1", "", "a@elsewhere.example", DIRECTION_INBOUND },
	{ "198.51.100.1", "taro", "a@elsewhere.example", DIRECTION_OUTBOUND },
	{ "198.51.100.1", "taro", "a@example.go.jp", DIRECTION_INTERNAL },
	{ "192.0.2.9", "", "a@elsewhere.example", DIRECTION_OUTBOUND },
	{ "192.0.2.9", "", "a@EXAMPLE.GO.JP.", DIRECTION_INTERNAL },
	{ "192.0.3.9", "", "a@elsewhere.example", DIRECTION_INBOUND },
	{ "2001:db8::7", "", "a@elsewhere.example", DIRECTION_OUTBOUND },
	{ "", "", "a@elsewhere.example", DIRECTION_OUTBOUND },
	{ "", "", "root", DIRECTION_INTERNAL },
	{ "", "", "a@sub.example.jp", DIRECTION_INTERNAL },
	{ "", "", "a@x.y.sub.example.jp", DIRECTION_INTERNAL },
	{ "", "", "a@asub.example.jp", DIRECTION_OUTBOUND },
	{ "", "", "a@x.example.go.jp", DIRECTION_OUTBOUND },
	{ "", "", "a@notexample.go.jp", DIRECTION_OUTBOUND },
	{ "", "", "a@xn--lhr645fjve.jp", DIRECTION_INTERNAL },
};

static void
each_recipient_has_its_direction(void **unused)
{
	struct places *p = ministry();
	size_t count;

	(void)unused;
	assert_string_equal("example.go.jp", places_domains(p, &count)[0]);
	assert_int_equal(3, count);
	for (size_t i = 0; i < COUNT(ways); i++) {
		struct envelope *e = envelope_new(1);
		struct reason why;

		envelope_text(&e->client_ip, ways[i].ip);
		envelope_text(&e->auth_user, ways[i].user);
		envelope_rcpt(e, ways[i].to, "", &why);
		envelope_directions(e, p);
		if (e->rcpts[0].direction != ways[i].direction)
			fail_msg("row %zu: %s", i,
			    direction_name(e->rcpts[0].direction));
		envelope_free(&e);
	}
	places_free(&p);
}

static void
bad_places_are_refused(void **unused)
{
	char *dot[] = { "." }, *word[] = { "no-network" };
	struct conf domains = { .own_domains = { dot, 1 } };
	struct conf networks = { .own_networks = { word, 1 } };
	struct reason why;

	(void)unused;
	assert_null(places_new(&domains, &why));
	assert_non_null(strstr(why.text, "own_domains"));
	assert_null(places_new(&networks, &why));
	assert_non_null(strstr(why.text, "own_networks"));
}

static struct envelope *
full(size_t rcpts, size_t len)
{
	struct envelope *e = envelope_new(rcpts);
	char path[ENVELOPE_ADDRESS];
	struct reason why;

	ident_new(e->id);
	envelope_text(&e->client_ip, "192.0.2.1");
	envelope_text(&e->queue_id, "4ABC");
	assert_int_equal(0, envelope_sender(e, "<s@x.example>", "X", &why));
	e->inside = true;
	e->size = 123456;
	memset(path, 'r', len);
	memcpy(path + len, "@b.example", sizeof "@b.example");
	for (size_t i = 0; i < rcpts; i++)
		assert_int_equal(0, envelope_rcpt(e, path, "", &why));
	e->rcpts[0].direction = DIRECTION_OUTBOUND;
	return e;
}

/* 64 of many short addresses, and as many long ones as fit one packet. */
static void
envelopes_cross(void **unused)
{
	static const struct {
		size_t rcpts, len, least, most;
	} rows[] = { { 1, 10, 1, 1 }, { 1000, 10, 64, 64 },
		{ 100, 1000, 2, 20 } };

	(void)unused;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct envelope *e = full(rows[i].rcpts, rows[i].len), *got;
		struct wire_out out = { .len = 0 };
		struct wire_in in = { .bytes = out.bytes };
		struct reason why;

		envelope_put(&out, e);
		assert_int_equal(0, out.bad);
		in.len = out.len;
		got = envelope_get(&in, &why);
		assert_non_null(got);
		assert_string_equal(e->id, got->id);
		assert_string_equal("x.example", got->sender_domain);
		assert_string_equal("192.0.2.1", got->client_ip);
		assert_true(got->inside);
		assert_int_equal(123456, got->size);
		assert_in_range(got->rcpts_count, rows[i].least, rows[i].most);
		assert_string_equal("b.example", got->rcpts[0].domain);
		assert_int_equal(DIRECTION_OUTBOUND, got->rcpts[0].direction);
		envelope_free(&e);
		envelope_free(&got);
	}
}

static void
cut_envelopes_are_refused(void **unused)
{
	struct envelope *e = full(2, 10), *got;
	struct wire_out out = { .len = 0 };
	struct reason why;

	(void)unused;
	envelope_put(&out, e);
	for (size_t len = 0; len < out.len; len++) {
		struct wire_in in = { .bytes = out.bytes, .len = len };

		got = envelope_get(&in, &why);
		assert_null(got);
	}
	envelope_free(&e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_become_addresses),
		cmocka_unit_test(controls_do_not_stay),
		cmocka_unit_test(long_addresses_are_refused),
		cmocka_unit_test(each_recipient_has_its_direction),
		cmocka_unit_test(bad_places_are_refused),
		cmocka_unit_test(envelopes_cross),
		cmocka_unit_test(cut_envelopes_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
