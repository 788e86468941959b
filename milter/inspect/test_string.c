/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/inspect/inspect.h"
#include "milter/base/banned.h"

/*
 * A harmless line that every mail can carry, to prove that the way through
 * inspection, policy and quarantine works (like GTUBE). In pieces, so that
 * this file does not raise its own alarm when it is mailed.
 */
static const char line[] = "SEKIMORI-TEST-"
			   "STRING-"
			   "QXJZVKWPFBYGHMCDULRT"
			   "NSOIEAQZXJKVWPBFGYMH";

static void
run(struct inspection *i)
{
	for (const struct part *p = i->message->root; p != NULL; p = p->next)
		if (p->text != NULL && strstr(p->text, line) != NULL)
			inspect_fact(i, FACT_TEST_STRING, p, "%s", line);
}

const struct inspector inspect_test_string = {
	.looks_for = "our own test string",
	.run = run,
};
