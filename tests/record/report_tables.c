/* SPDX-License-Identifier: ISC */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "milter/base/arena.h"
#include "milter/record/report_print.h"
#include "tests/record/synthetic.h"

static void
print(struct buf *out, const char *as_of, bool japanese,
    void (*printer)(const struct report_tables *t, struct buf *out))
{
	struct arena *arena = arena_new(1 << 24);
	struct report r;

	synthetic_collect(&r, as_of);
	buf_init(out, 1 << 24);
	printer(report_tables_make(arena, &r, japanese), out);
	report_free(&r);
	arena_free(&arena);
}

static void
has(const struct buf *b, const char *text)
{
	if (strstr(buf_text(b), text) == NULL)
		fail_msg("missing: %s\nin: %s", text, buf_text(b));
}

static void
csv_is_exact(void **unused)
{
	struct buf b;

	(void)unused;
	print(&b, NULL, true, report_csv);
	assert_memory_equal("\xef\xbb\xbf", b.data, 3);
	for (size_t i = 1; i < b.len; i++)
		if (b.data[i] == '\n')
			assert_int_equal('\r', b.data[i - 1]);
	has(&b, "\r\n年度,令和8年度\r\n");
	has(&b, "基準日,令和9年４月１日\r\n");
	has(&b,
	    "T5-8,受信メールの検査,mail-gateway\r\n月,受信,検査済,検査率,"
	    "検査不能,検出（ウイルス）,配送,警告表示付き,危険部分を除去,隔離,受信拒否,"
	    "一時拒否\r\n4月,31,26,83.8% (26/31),6,3,19,2,1,3,1,4\r\n"
	    "5月,0,0,―（対象なし）,0,0,0,0,0,0,0,0\r\n");
	has(&b, "\r\n3月,1,1,100% (1/1),0,0,1,0,0,0,0,0\r\n"
		"合計,32,27,84.3% (27/32),6,3,20,2,1,3,1,4\r\n");
	has(&b, "\r\n4月,3,1,1,1,66.6% (2/3)\r\n");
	has(&b, "\r\nmalware<1>,3,0,0,0,0,0,0,0,0,0,0,0,3\r\n");
	has(&b, "\r\n4月,31,20,8,1,2,90.3% (28/31)\r\n");
	has(&b, "\r\n1月,20,10,6,2,2,88.8% (16/18)\r\n");
	has(&b, "\r\nAES-256-GCM,0,0,0,0,0,0,0,0,0,8,0,0,8\r\n");
	has(&b, "\r\n鮮度率,0.0% (1/8760)\r\n最大経過時間（時間）,73\r\n");
	has(&b, "\r\n検証結果,検証済（欠落・改変なし）\r\n");
	buf_free(&b);
	print(&b, "2026-04-01", false, report_csv);
	has(&b, "\r\nMay,0,0,- (none),0,0,0,0,0,0,0,0\r\n");
	has(&b, "\r\n\"Freshness, rate\",4.1% (1/24)\r\n");
	buf_free(&b);
}

static void
html_is_exact(void **unused)
{
	struct buf b;

	(void)unused;
	print(&b, NULL, false, report_html);
	has(&b, "<th scope=\"row\">April</th><td>31</td><td>26</td><td>83.8%"
		"<small>26/31</small></td><td>6</td><td>3</td><td>19</td>");
	has(&b, "<th scope=\"row\">malware&lt;1&gt;</th><td>3</td>");
	has(&b, "<td>- (none)</td>");
	has(&b, "1 April 2026 to 31 March 2027");
	has(&b, "verified: complete and unchanged");
	assert_null(strstr(buf_text(&b), "malware<"));
	assert_null(strstr(buf_text(&b), "<script"));
	buf_free(&b);
}

static json_t *
table_of(json_t *all, const char *number, const char *name)
{
	size_t i;
	json_t *t;

	json_array_foreach(json_object_get(all, "tables"), i, t)
	{
		if (strcmp(json_string_value(json_object_get(t, "table")),
			number) == 0 &&
		    strcmp(json_string_value(json_object_get(t, "name")),
			name) == 0)
			return json_object_get(t, "rows");
	}
	fail_msg("no table %s", number);
	return NULL;
}

static void
json_is_exact(void **unused)
{
	json_t *all, *row, *rate;
	struct buf b;

	(void)unused;
	print(&b, NULL, false, report_json);
	all = json_loadb(buf_text(&b), b.len, 0, NULL);
	assert_non_null(all);
	assert_string_equal("2027-03-31T15:00:00.000000Z",
	    json_string_value(json_object_get(all, "as_of")));
	row = json_array_get(table_of(all, "T5-8", "inbound"), 0);
	assert_string_equal("2026-04",
	    json_string_value(json_object_get(row, "month")));
	assert_int_equal(31,
	    json_integer_value(json_object_get(row, "received")));
	rate = json_object_get(row, "inspected_rate");
	assert_int_equal(26,
	    json_integer_value(json_object_get(rate, "numerator")));
	assert_int_equal(31,
	    json_integer_value(json_object_get(rate, "denominator")));
	row = json_array_get(table_of(all, "T5-9", "classes"), 0);
	assert_string_equal("malware<1>",
	    json_string_value(json_object_get(row, "class")));
	assert_int_equal(3,
	    json_integer_value(json_object_get(row, "2026-04")));
	json_decref(all);
	buf_free(&b);
}

static void
same_journal_same_bytes(void **unused)
{
	struct buf one, two;

	(void)unused;
	print(&one, NULL, true, report_html);
	synthetic_now += 3600 * INT64_C(1000000);
	print(&two, NULL, true, report_html);
	assert_int_equal(one.len, two.len);
	assert_memory_equal(one.data, two.data, one.len);
	buf_free(&one);
	buf_free(&two);
}

static void
rates_are_truncated(void **unused)
{
	struct report_tables t = { .japanese = false };
	static const struct {
		uint64_t n, d;
		const char *text;
	} rates[] = { { 2359, 2360, "99.9%" }, { 2360, 2360, "100%" },
		{ 0, 0, "- (none)" }, { 0, 5, "0.0%" }, { 1, 3, "33.3%" },
		{ 2, 3, "66.6%" }, { 999999, 1000000, "99.9%" },
		{ UINT64_MAX - 1, UINT64_MAX, "99.9%" } };
	char text[REPORT_CELL_ROOM];

	(void)unused;
	for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
		report_tables_percent(&t, rates[i].n, rates[i].d, text);
		assert_string_equal(rates[i].text, text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(csv_is_exact),
		cmocka_unit_test(html_is_exact),
		cmocka_unit_test(json_is_exact),
		cmocka_unit_test(same_journal_same_bytes),
		cmocka_unit_test(rates_are_truncated),
	};

	return cmocka_run_group_tests(tests, synthetic_set_up,
	    synthetic_tear_down);
}
