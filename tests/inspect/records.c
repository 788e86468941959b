/* SPDX-License-Identifier: ISC */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "milter/base/count.h"
#include "milter/inspect/records.h"
#include "milter/base/banned.h"

/* A row that comes again so often below a heading, and how many rows count. */
static const struct {
	const char *heading, *row;
	int times;
	size_t rows;
} cases[] = {
	{ "氏名,生年月日", "山田太郎,1975/1/31", 5, 5 },
	{ "氏名,生年月日", "山田太郎,1975/1/31", 4, 0 },
	{ "氏名,生年月日", "山田太郎,未定", 50, 0 },
	{ "氏名,生年月日", ",1975/1/31", 50, 0 },
	{ "品名,生年月日", "山田太郎,1975/1/31", 1, 0 },
	{ "品名,納期", "机,2026/11/28", 50, 0 },
	{ "氏名,提出日", "山田太郎,2026/11/28", 50, 0 },
	{ "氏名\t生年月日", "山田太郎\t28000", 5, 5 },
	{ "氏名\t生年月日", "山田太郎\t280", 50, 0 },
	{ "氏名;生年月日", "山田太郎;昭和50年1月31日", 5, 5 },
	{ "氏名|生年月日", "山田太郎|s50.1.31", 5, 5 },
	{ "氏名  生年月日", "山田太郎  19750131", 5, 5 },
	{ "\"氏名\",\"生年月日\"", "\"山田,太郎\",\"1975-1-31\"", 5, 5 },
	{ "name,date of birth", "taro yamada,1975-01-31", 5, 5 },
	{ "file name,date", "a.txt,1975-01-31", 50, 0 },
	{ "氏名,電話番号", "山田太郎,03-1234-5678", 10, 10 },
	{ "氏名,電話番号", "山田太郎,03-1234-5678", 9, 0 },
	{ "氏名,電話番号", "山田太郎,内線1234", 50, 0 },
	{ "氏名,住所", "山田太郎,東京都千代田区永田町1-6-1", 10, 10 },
	{ "氏名,住所", "山田太郎,同上", 50, 0 },
	{ "name,address", "taro yamada,1-6-1 nagata-cho", 10, 10 },
	{ "name,address", "www.example.jp,192.0.2.100", 50, 0 },
	{ "", "山田太郎,1975/1/31", 5, 5 },
	{ "", "山田太郎,2026/11/28", 50, 0 },
	{ "", "総務課,1975/1/31", 50, 0 },
	{ "", "山田 太郎,東京都港区1-1,03-1234-5678", 10, 10 },
	{ "", "山田 太郎,03-1234-5678", 50, 0 },
	{ "", "taro,1975/1/31", 50, 0 },
	{ "", "山田太郎は1975/1/31に生まれ", 50, 0 },
};

static void
tables_of_persons_are_told_from_others(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct records r = records_begin();
		char line[256];

		snprintf(line, sizeof line, "%s", cases[i].heading);
		records_line(&r, line);
		for (int n = 0; n < cases[i].times; n++) {
			snprintf(line, sizeof line, "%s", cases[i].row);
			records_line(&r, line);
		}
		if (records_rows(&r) != cases[i].rows)
			fail_msg("%s, %d times %s: %zu rows", cases[i].heading,
			    cases[i].times, cases[i].row, records_rows(&r));
	}
}

/* Lines that come again five times. */
static const struct {
	const char *lines[4];
	size_t rows;
} below[] = {
	{ { "氏名: 山田太郎", "住所: 東京都", "生年月日: 昭和50年1月31日" },
	    5 },
	{ { "氏名:", "住所:", "生年月日: 昭和50年1月31日" }, 0 },
	{ { "氏名: 山田太郎", "生年月日:" }, 0 },
	{ { "会社名: 山田商店", "生年月日: 1975/1/31" }, 0 },
	{ { "山田太郎", "男", "1975/1/31" }, 5 },
	{ { "山田太郎", "男", "2026/11/28" }, 0 },
	{ { "総務課", "男", "1975/1/31" }, 0 },
	{ { "1975/1/31", "よろしくお願いします。" }, 0 },
	{ { "name : taro yamada", "date of birth : 1975-01-31" }, 5 },
	{ { "name: taro yamada", "date: 1975-01-31" }, 0 },
};

static void
records_stand_below_each_other_too(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(below); i++) {
		struct records r = records_begin();
		char line[256];

		for (int n = 0; n < 20; n++) {
			const char *text = below[i].lines[n % 4];

			snprintf(line, sizeof line, "%s", text ? text : "");
			records_line(&r, line);
		}
		if (records_rows(&r) != below[i].rows)
			fail_msg("%s: %zu rows", below[i].lines[0],
			    records_rows(&r));
	}
}

static void
lines_of_any_shape_are_taken_apart(void **state)
{
	static const char *const lines[] = { "", ",", "\"", ",,\"", " ", "  ",
		"\t\t\t", "a\"b,\"", "氏名", "氏名," };
	struct records r = records_begin();
	char line[1024];

	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		snprintf(line, sizeof line, "%s", lines[i]);
		records_line(&r, line);
	}
	memset(line, ',', sizeof line - 1);
	line[sizeof line - 1] = '\0';
	records_line(&r, line);
	assert_int_equal(0, records_rows(&r));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables_of_persons_are_told_from_others),
		cmocka_unit_test(records_stand_below_each_other_too),
		cmocka_unit_test(lines_of_any_shape_are_taken_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
