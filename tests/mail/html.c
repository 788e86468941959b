/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "milter/base/buf.h"
#include "milter/base/count.h"
#include "milter/mail/link.h"
#include "tests/mail/tree.h"
#include "milter/base/banned.h"

/* A page and the places it leads to, "URL [SHOWN] HOST", a form with "form". */
static const struct {
	const char *type, *body, *links;
} cases[] = {
	{ "html",
	    "<a href=\"http://a.example/x?a=1&amp;b=2\">Click <b>me</b></a>",
	    "http://a.example/x?a=1&b=2 [Click me] a.example\n" },
	{ "html", "<a href=' https://A.Example\n/ '>x</a>",
	    "https://A.Example/ [x] a.example\n" },
	{ "html", "<a href=\"&#104;ttp://a.example\">x</a>",
	    "http://a.example [x] a.example\n" },
	{ "html", "<a href=http://a.example>x<a href=http://b.example>y",
	    "http://a.example [x] a.example\n"
	    "http://b.example [y] b.example\n" },
	{ "html", "<form action=http://a.example/post><input></form>",
	    "http://a.example/post [] a.example form\n" },
	{ "html",
	    "<meta http-equiv=Refresh content=\"0; URL='http://a.example/'\">",
	    "http://a.example/ [] a.example\n" },
	{ "html", "<base href=http://b.example/d/f><a href=g>x</a>",
	    "http://b.example/d/g [x] b.example\n" },
	{ "html", "<base href=http://b.example/d/f><a href=/g>x</a>",
	    "http://b.example/g [x] b.example\n" },
	{ "html", "<base href=http://b.example><a href=//c.example/g>x</a>",
	    "http://c.example/g [x] c.example\n" },
	{ "html", "<map><area href=http://a.example></map>",
	    "http://a.example [] a.example\n" },
	{ "html", "<iframe src=http://a.example></iframe>",
	    "http://a.example [] a.example\n" },
	{ "html", "<a name=top>x</a>", "" },
	{ "plain", "see http://a.example/x. Then\nhttps://b.example",
	    "http://a.example/x [http://a.example/x] a.example\n"
	    "https://b.example [https://b.example] b.example\n" },
	{ "plain", "www.a.example/x and http://www.b.example",
	    "http://www.b.example [http://www.b.example] www.b.example\n"
	    "http://www.a.example/x [www.a.example/x] www.a.example\n" },
	{ "plain", "http://a.example/xをご覧",
	    "http://a.example/x "
	    "[http://a.example/x] a.example\n" },
	{ "plain", "http:// www. www", "" },
};

static void
links_are_found(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena *a = arena_new(1 << 24);
		const struct message *m = tree_read(a,
		    arena_printf(a,
			"Content-Type: text/%s; charset=utf-8\n\n%s",
			cases[i].type, cases[i].body));
		struct buf out;

		buf_init(&out, 1 << 16);
		for (const struct link *l = m->root->links; l; l = l->next)
			(void)buf_printf(&out, "%s [%s] %s%s\n", l->url,
			    l->shown, l->host,
			    l->way == LINK_FORM ? " form" : "");
		assert_string_equal(buf_text(&out), cases[i].links);
		buf_free(&out);
		arena_free(&a);
	}
}

static const struct {
	const char *body, *text;
} texts[] = {
	{ "<p>a<p>b", "a\nb" },
	{ "a<br>b", "a\nb" },
	{ "a&nbsp;&lt;b&#x3042;", "a\302\240<bあ" },
	{ "<title>t</title><style>s</style><script>'x</p>'</script>a", "a" },
	{ "a<span style='Display : NONE'>b</span>c", "ac" },
	{ "a<div style='font-size:0'><b>b</b></div>c", "a\nc" },
	{ "a<div hidden>b</div>c", "a\nc" },
	{ "a<!-- b -->c", "ac" },
};

static void
only_what_is_seen_is_text(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct arena *a = arena_new(1 << 24);
		const struct message *m = tree_read(a,
		    arena_printf(a, "Content-Type: text/html\n\n%s",
			texts[i].body));

		assert_string_equal(m->root->text, texts[i].text);
		arena_free(&a);
	}
}

static const struct {
	const char *url, *host;
} hosts[] = {
	{ "http://a.example", "a.example" },
	{ "HTTP://A.EXAMPLE:80/x", "a.example" },
	{ "http://good.example@evil.example/", "evil.example" },
	{ "http://good.example\\@evil.example/", "good.example" },
	{ "http:\\\\a.example\\x", "a.example" },
	{ "http:a.example", "a.example" },
	{ "https:///a.example", "a.example" },
	{ "http://%61.example/", "a.example" },
	{ "http://[::1]:80/", "[::1]" },
	{ "http://ａ。example/", "a.example" },
	{ "http://内閣府.jp/", "xn--v6qy23ap56b.jp" },
	{ "mailto:a@b.example", "" },
	{ "javascript:x", "" },
	{ "a.example/x", "" },
	{ "http://", "" },
};

static void
hosts_as_browsers_read_them(void **unused)
{
	struct arena *a = arena_new(1 << 20);

	(void)unused;
	for (size_t i = 0; i < COUNT(hosts); i++)
		assert_string_equal(link_host(a, hosts[i].url), hosts[i].host);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(links_are_found),
		cmocka_unit_test(only_what_is_seen_is_text),
		cmocka_unit_test(hosts_as_browsers_read_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
