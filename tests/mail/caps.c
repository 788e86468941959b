/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "milter/base/count.h"
#include "tests/mail/tree.h"
#include "milter/base/banned.h"

/*
 * How many of a thing are taken is never a silent cut: one more than most is
 * a mark of this kind with this text, most and one less are none. A mail is
 * first, then more and more of item, then last.
 */
static const struct {
	enum mark_kind kind;
	const char *text;
	int most;
	const char *first, *item, *last;
} caps[] = {
	{ MARK_LIMIT, "sections of a parameter: 64", 64,
	    "Content-Disposition: attachment", "; filename*%d=a", "\n\nx" },
	{ MARK_LIMIT, "sections of a parameter: 64", 64,
	    "Content-Type: text/plain\nContent-Type: text/plain", "; name*%d=a",
	    "\n\nx" },
	{ MARK_LIMIT, "parameters of a header field: 256", 256,
	    "Content-Type: text/plain", "; p%d=a", "\n\nx" },
	{ MARK_LIMIT, "names of a part: 16", 16,
	    "Content-Disposition: attachment", "; filename=a%d", "\n\nx" },
	{ MARK_LIMIT, "boundaries of a multipart: 8", 8,
	    "Content-Type: multipart/mixed", "; boundary=b%d", "\n\n--b0\n" },
	{ MARK_LIMIT, "mailboxes of From: 4", 4, "From: ", "a%d@example.jp,\n ",
	    "\n\nx" },
	{ MARK_LIMIT, "header fields: 2000", 2000, "", "a%d: b\n", "\nx" },
	{ MARK_LIMIT, "parts: 1000", 999,
	    "Content-Type: multipart/mixed; boundary=b\n\n", "--b\n\n%d\n",
	    "--b--\n" },
	{ MARK_LIMIT, "depth: 30", 30, "",
	    "Content-Type: multipart/mixed; boundary=b%1$d\n\n--b%1$d\n",
	    "\nx\n" },
	{ MARK_LIMIT, "links: 2000", 2000, "\n", "http://a%d.example/ ", "\n" },
	{ MARK_BAD_PARAMETER, ", and more", 4, "Content-Type: text/plain",
	    "; p%d", "\n\nx" },
	{ MARK_TWO_FROM, ", and more", 4, "From: a@example.jp\n",
	    "From: a%d@example.jp\n", "\nx" },
};

static bool
marked(const struct message *m, size_t cap)
{
	for (const struct part *p = m->root; p; p = p->next)
		for (const struct mark *k = p->marks; k; k = k->next)
			if (k->kind == caps[cap].kind &&
			    strstr(k->text, caps[cap].text))
				return true;
	return false;
}

static bool
with(size_t cap, int items)
{
	struct arena *a = arena_new((size_t)1 << 30);
	struct buf mail;
	bool found;

	buf_init(&mail, 1 << 20);
	(void)buf_string(&mail, caps[cap].first);
	for (int i = 0; i < items; i++)
		(void)buf_printf(&mail, caps[cap].item, i);
	assert_int_equal(buf_string(&mail, caps[cap].last), 0);
	found = marked(message_read(a, mail.data, mail.len, &tree_limits), cap);
	buf_free(&mail);
	arena_free(&a);
	return found;
}

static void
told(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < COUNT(caps); i++)
		for (int more = -1; more <= 1; more++)
			if (with(i, caps[i].most + more) != (more > 0))
				fail_msg("\"%s\" at %d", caps[i].text,
				    caps[i].most + more);
}

/* One limit is one mark, however often it is reached. */
static void
told_once(void **unused)
{
	struct arena *a = arena_new((size_t)1 << 30);
	const struct message_limits few = { 2, 30, 2000, 1 << 20, 1 << 20,
		1 << 20, 100, 0, NULL, 0 };
	const char *mail = "Content-Type: multipart/mixed; boundary=b\n\n"
			   "--b\n\na\n--b\n\na\n--b\n\na\n--b\n\na\n--b--\n";
	const struct message *m =
	    message_read(a, (const unsigned char *)mail, strlen(mail), &few);

	(void)unused;
	assert_string_equal(m->root->marks->text, "parts: 2");
	assert_null(m->root->marks->next);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(told),
		cmocka_unit_test(told_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
