/* SPDX-License-Identifier: ISC */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "milter/base/count.h"
#include "milter/inspect/labels.h"
#include "milter/base/banned.h"

/* 3, 2, 1: the class; e: encrypt. Names are without their ending. */
static const struct {
	const char *line, *labels;
	enum labels_kind kind;
} cases[] = {
	{ "", "", LABELS_TEXT },
	{ "【部外秘】資料", "2", LABELS_TEXT },
	{ "［ 部 外 秘 ］", "2", LABELS_TEXT },
	{ "機密性２情報", "2", LABELS_TEXT },
	{ "機密性２・機密性３", "23", LABELS_TEXT },
	{ "機密性22", "", LABELS_TEXT },
	{ "＜関係者限り＞", "2", LABELS_TEXT },
	{ "（関係者限りではありません）", "", LABELS_TEXT },
	{ "「部外秘」ではございません", "", LABELS_TEXT },
	{ "「部外秘」の指定を解除します", "", LABELS_TEXT },
	{ "部外秘の扱い", "", LABELS_TEXT },
	{ "㊙ 計画", "3", LABELS_TEXT },
	{ "秘書", "", LABELS_TEXT },
	{ "機密性1", "1", LABELS_TEXT },
	{ "機密性10", "", LABELS_TEXT },
	{ "【暗号化】", "e", LABELS_TEXT },
	{ "暗号化の方式", "", LABELS_TEXT },
	{ "[Confidential]", "2", LABELS_TEXT },
	{ "Confidential", "2", LABELS_TEXT },
	{ "Classification: Confidential", "2", LABELS_TEXT },
	{ "confidential, please", "", LABELS_TEXT },
	{ "this is confidential", "", LABELS_TEXT },
	{ "not [confidential]", "", LABELS_TEXT },
	{ "non-\"confidential\"", "", LABELS_TEXT },
	{ "[not confidential]", "", LABELS_TEXT },
	{ "unconfidential", "", LABELS_TEXT },
	{ "knot [confidential]", "2", LABELS_TEXT },
	{ "Strictly Confidential", "2", LABELS_TEXT },
	{ "Company-Confidential", "2", LABELS_TEXT },
	{ "a_confidential", "", LABELS_TEXT },
	{ "a_confidential", "2", LABELS_NAME },
	{ "confidential_a", "", LABELS_NAME },
	{ "(confidential)_a", "2", LABELS_NAME },
	{ "a_not_confidential", "", LABELS_NAME },
	{ "a-部外秘-b", "2", LABELS_NAME },
	{ "a-部外秘文書-b", "", LABELS_NAME },
	{ "【取扱注意】名簿", "2", LABELS_NAME },
	{ "\xff【部外秘】", "2", LABELS_TEXT },
	{ "> 【部外秘】", "2", LABELS_QUOTED },
	{ "> > 部外秘", "2", LABELS_QUOTED },
	{ "> [Confidential] plan", "2", LABELS_QUOTED },
	{ "Subject: Confidential", "2", LABELS_QUOTED },
	{ "confidential", "", LABELS_QUOTED },
	{ "> confidential", "", LABELS_QUOTED },
	{ ">", "", LABELS_QUOTED },
};

struct seen {
	char labels[16];
	size_t count;
};

static void
note(void *owner, enum fact fact, const char *word)
{
	struct seen *s = owner;

	assert_non_null(word);
	if (s->count < sizeof s->labels - 1)
		s->labels[s->count++] = fact == FACT_LABEL_C3	    ? '3'
					: fact == FACT_LABEL_C2	    ? '2'
					: fact == FACT_LABEL_PUBLIC ? '1'
								    : 'e';
}

static void
labels_are_told_from_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct seen s = { .count = 0 };
		const struct labels want = { &s, note };

		labels_line(&want, cases[i].kind, cases[i].line,
		    strlen(cases[i].line));
		if (strcmp(s.labels, cases[i].labels) != 0)
			fail_msg("%s: \"%s\"", cases[i].line, s.labels);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(labels_are_told_from_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
