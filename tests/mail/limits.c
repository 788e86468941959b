/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "milter/base/count.h"
#include "tests/mail/tree.h"
#include "milter/base/banned.h"

/* Mails of megabytes that once cost somebody's filter minutes. Each must be
 * read in one pass; what is too much is a mark that names the limit. */
enum { ROOM = 64 << 20 };

struct flood {
	struct arena *arena;
	struct buf mail;
};

static int
begin(void **state)
{
	static struct flood f;

	f.arena = arena_new((size_t)1 << 30);
	buf_init(&f.mail, ROOM);
	*state = &f;
	return 0;
}

static int
end(void **state)
{
	struct flood *f = *state;

	buf_free(&f->mail);
	arena_free(&f->arena);
	return 0;
}

static void
repeat(struct flood *f, const char *what, int times)
{
	for (int i = 0; i < times; i++)
		assert_int_equal(buf_string(&f->mail, what), 0);
}

static const struct message *
read_flood(struct flood *f)
{
	return message_read(f->arena, f->mail.data, f->mail.len, &tree_limits);
}

static void
is_marked(const struct message *m, const char *limit)
{
	for (const struct part *p = m->root; p; p = p->next)
		for (const struct mark *k = p->marks; k; k = k->next)
			if (k->kind == MARK_LIMIT &&
			    strcmp(k->text, limit) == 0)
				return;
	fail_msg("no mark says \"%s\"", limit);
}

static void
parts(void **state)
{
	struct flood *f = *state;

	repeat(f, "Content-Type: multipart/mixed; boundary=b\n\n", 1);
	repeat(f, "--b\n\nx\n", 100000);
	is_marked(read_flood(f), "parts: 1000");
}

static void
depth(void **state)
{
	struct flood *f = *state;

	for (int i = 0; i < 20000; i++)
		(void)buf_printf(&f->mail,
		    "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i,
		    i);
	is_marked(read_flood(f), "depth: 30");
}

static void
attached_messages(void **state)
{
	struct flood *f = *state;

	repeat(f, "Content-Type: message/rfc822\n\n", 5000);
	is_marked(read_flood(f), "depth: 30");
}

static void
header_fields(void **state)
{
	struct flood *f = *state;

	repeat(f, "a: b\n", 100000);
	is_marked(read_flood(f), "header fields: 2000");
}

static void
header_bytes(void **state)
{
	struct flood *f = *state;

	repeat(f, "a:", 1);
	repeat(f, "0123456789", 1000000);
	is_marked(read_flood(f), "header bytes: 1048576");
}

static void
decoded_bytes(void **state)
{
	struct flood *f = *state;
	struct message_limits limits = tree_limits;
	const struct message *m;

	limits.decoded = 100;
	repeat(f, "Content-Type: application/x\n\n0123456789", 1);
	repeat(f, "0123456789", 10);
	m = message_read(f->arena, f->mail.data, f->mail.len, &limits);
	is_marked(m, "decoded bytes: 100");
	assert_int_equal(m->root->size, 100);
}

/* A password that would open it is not tried when tries may cost nothing. */
static void
tries(void **state)
{
	static const char mail[] =
	    "Subject: pw Kasumi-2026\n"
	    "Content-Transfer-Encoding: base64\n\n"
	    "UEsDBBQACQAIAN18e10AAAAAAAAAAAEAAAAFACAAYS50eHRVVA0ABxOkCWsT\n"
	    "pAlrE6QJa3V4CwABBAAAAAAEAAAAANlmj/uRE4Kabeq3MFDLzVBLBwhDvrfo\n"
	    "DwAAAAEAAABQSwECFAMUAAkACADdfHtdQ7636A8AAAABAAAABQAgAAAAAAAA\n"
	    "AAAApIEAAAAAYS50eHRVVA0ABxOkCWsTpAlrE6QJa3V4CwABBAAAAAAEAAAA\n"
	    "AFBLBQYAAAAAAQABAFMAAABiAAAAAAA=\n";
	struct flood *f = *state;
	struct message_limits limits = tree_limits;
	const struct message *m;

	limits.hashes = 0;
	repeat(f, mail, 1);
	m = message_read(f->arena, f->mail.data, f->mail.len, &limits);
	is_marked(m, "scan_hashes: 1 members: a.txt");
	assert_null(m->root->child);
}

/* A picture of 100 by 100 pixels; whether that many may be looked at. */
static void
pixels(void **state)
{
	static const struct {
		size_t most;
		const char *mark;
	} rows[] = { { 10000, NULL }, { 9999, "scan_pictures: 9999" },
		{ 0, NULL } };
	struct flood *f = *state;
	struct message_limits limits = tree_limits;

	repeat(f, "Content-Transfer-Encoding: base64\n\n", 1);
	repeat(f,
	    "Qk02AAAAAAAAADYAAAAoAAAAZAAAAGQAAAABABgAAAAAAAAAAAAAAAAAAAAA\n"
	    "AAAAAAAAAAAA\n",
	    1);
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct mark *k;

		limits.pixels = rows[i].most;
		k = message_read(f->arena, f->mail.data, f->mail.len, &limits)
			->root->marks;
		if (rows[i].mark == NULL) {
			assert_null(k);
			continue;
		}
		assert_non_null(k);
		assert_int_equal(k->kind, MARK_PICTURES);
		assert_string_equal(k->text, rows[i].mark);
	}
}

static void
continuations(void **state)
{
	struct flood *f = *state;

	repeat(f, "Content-Disposition: attachment", 1);
	for (int i = 0; i < 40000; i++)
		(void)buf_printf(&f->mail, "; filename*%d=a", i);
	is_marked(read_flood(f), "parameters of a header field: 256");
}

static void
comments(void **state)
{
	struct flood *f = *state;

	repeat(f, "From: ", 1);
	repeat(f, "(", 200000);
	repeat(f, "\nContent-Type: text/plain", 1);
	repeat(f, "(", 200000);
	repeat(f, "\n\nx", 1);
	assert_string_equal(read_flood(f)->root->type, "text/plain");
}

static void
near_boundaries(void **state)
{
	static const char line[] =
	    "--1234567890123456789012345678901234567890123456789012345678x\n";
	struct flood *f = *state;

	(void)buf_printf(&f->mail,
	    "Content-Type: multipart/mixed; boundary=%.58s\n\n", line + 2);
	repeat(f, line, 200000);
	assert_int_equal(read_flood(f)->root->marks->kind, MARK_BAD_BOUNDARY);
}

static void
nested_html(void **state)
{
	struct flood *f = *state;

	repeat(f, "Content-Type: text/html\n\n", 1);
	repeat(f, "<b>", 100000);
	is_marked(read_flood(f), "nesting of HTML: 4000");
}

static void
broken_html(void **state)
{
	struct flood *f = *state;

	repeat(f, "Content-Type: text/html\n\n", 1);
	repeat(f, "<i>", 3000);
	repeat(f, "</x>", 1000000);
	is_marked(read_flood(f), "broken tags of HTML: 100000000");
}

static void
links(void **state)
{
	struct flood *f = *state;

	repeat(f, "\nhttp://a.example/ ", 1);
	repeat(f, "http://a.example/ ", 100000);
	is_marked(read_flood(f), "links: 2000");
}

#define FLOOD(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FLOOD(parts),
		FLOOD(depth),
		FLOOD(attached_messages),
		FLOOD(header_fields),
		FLOOD(header_bytes),
		FLOOD(decoded_bytes),
		FLOOD(tries),
		FLOOD(pixels),
		FLOOD(continuations),
		FLOOD(comments),
		FLOOD(near_boundaries),
		FLOOD(nested_html),
		FLOOD(broken_html),
		FLOOD(links),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
