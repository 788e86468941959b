/* SPDX-License-Identifier: ISC */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "milter/base/count.h"
#include "milter/inspect/fold.h"
#include "milter/inspect/numbers.h"
#include "milter/base/banned.h"

#define SAYS "マイナンバー: "
#define CARD "カード番号 "

/* Beside each that counts, one like it that must not. The numbers are the
 * examples of the rules that define them. */
static const struct {
	const char *line;
	size_t individual, cards;
} cases[] = {
	{ "", 0, 0 },
	{ SAYS "123456789018", 1, 0 },
	{ SAYS "123456789019", 0, 0 },
	{ SAYS "123456789050", 1, 0 },
	{ SAYS "123456789051", 0, 0 },
	{ SAYS "123456789000", 1, 0 },
	{ SAYS "123456789001", 0, 0 },
	{ "受付 123456789018", 0, 0 },
	{ "ﾏｲﾅﾝﾊﾞｰ １２３４５６７８９０１８", 1, 0 },
	{ SAYS "1234 5678 9018", 1, 0 },
	{ SAYS "1234-5678-9018", 1, 0 },
	{ SAYS "1234-5678 9018", 0, 0 },
	{ SAYS "12345-6789018", 0, 0 },
	{ SAYS "1234 5678 9018 1234", 0, 0 },
	{ SAYS "1234 5678 9018 100", 1, 0 },
	{ SAYS "123456789018と123456789018", 2, 0 },
	{ SAYS "5123456789018", 0, 0 },
	{ SAYS "a123456789018", 0, 0 },
	{ SAYS "123456789018a", 0, 0 },
	{ SAYS "https://example.jp/123456789018/", 0, 0 },
	{ SAYS "id=123456789018&a=1", 0, 0 },
	{ SAYS "0.123456789018", 0, 0 },
	{ SAYS "123456789018.", 1, 0 },
	{ SAYS "123456789018.5", 0, 0 },
	{ SAYS "000000000000", 0, 0 },
	{ "individual number \"123456789018\"", 1, 0 },
	{ CARD "4111111111111111", 0, 1 },
	{ CARD "4111111111111112", 0, 0 },
	{ CARD "4111-1111-1111-1111 12/28", 0, 1 },
	{ CARD "4111 1111 1111 1111 1111", 0, 0 },
	{ CARD "5555555555554444,3530111333300000", 0, 2 },
	{ CARD "3782 822463 10005", 0, 1 },
	{ CARD "3056 930902 5904", 0, 1 },
	{ CARD "9111111111111116", 0, 0 },
	{ CARD "****-****-****-1111", 0, 0 },
	{ "追跡番号 4111111111111111", 0, 0 },
	{ "Credit card: 4111111111111111", 0, 1 },
	{ "1", 0, 0 },
	{ CARD "1-", 0, 0 },
};

static void
numbers_are_told_from_others(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct numbers n = { 0 };
		char line[FOLD_SIZE];

		fold_line(cases[i].line, strlen(cases[i].line), line);
		numbers_line(&n, line);
		if (numbers_individual(&n) != cases[i].individual ||
		    numbers_cards(&n) != cases[i].cards)
			fail_msg("%s: %zu individual, %zu cards", cases[i].line,
			    numbers_individual(&n), numbers_cards(&n));
	}
}

/* The next numbers with a right check digit, in a list that says nothing. */
static size_t
list_of(size_t count, size_t wrong)
{
	struct numbers n = { 0 };
	char line[32];

	for (long d = 123456789010; count + wrong > 0; d++) {
		struct numbers one = { .says_individual = true };

		snprintf(line, sizeof line, "%ld", d);
		numbers_line(&one, line);
		if (one.individual > 0 ? count == 0 : wrong == 0)
			continue;
		*(one.individual > 0 ? &count : &wrong) -= 1;
		numbers_line(&n, line);
	}
	return numbers_individual(&n);
}

static void
many_right_ones_are_no_chance(void **state)
{
	(void)state;
	assert_int_equal(0, list_of(9, 0));
	assert_int_equal(10, list_of(10, 0));
	assert_int_equal(20, list_of(20, 2));
	assert_int_equal(0, list_of(20, 4));
	assert_int_equal(0, list_of(10, 100));
}

static void
long_lines_are_cut_between_words(void **state)
{
	char text[2 * FOLD_MOST], line[FOLD_SIZE];

	(void)state;
	memset(text, '1', sizeof text);
	text[FOLD_MOST - 5] = ',';
	assert_int_equal(FOLD_MOST - 4, fold_line(text, sizeof text, line));
	assert_int_equal(',', line[FOLD_MOST - 5]);
	text[FOLD_MOST - 5] = '1';
	assert_int_equal(FOLD_MOST, fold_line(text, sizeof text, line));
	assert_int_equal(0, fold_line(text, 0, line));
	assert_string_equal("", line);
	assert_int_equal(3, fold_line("\xff"
				      "A1",
				3, line));
	assert_string_equal("\ufffda1", line);
	/* U+FDFA is 18 characters in NFKC: the worst there is. */
	for (size_t i = 0; i + 3 <= sizeof text; i += 3)
		memcpy(text + i, "\ufdfa", 3);
	assert_int_equal(FOLD_MOST, fold_line(text, sizeof text, line));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_told_from_others),
		cmocka_unit_test(many_right_ones_are_no_chance),
		cmocka_unit_test(long_lines_are_cut_between_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
