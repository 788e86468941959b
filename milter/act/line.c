/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>

#include "milter/act/carry.h"
#include "milter/base/buf.h"
#include "milter/base/clock.h"
#include "milter/base/text.h"
#include "milter/base/banned.h"

enum { LINE = 8192, FACTS = 768, SHOWN = 8 };

static void
put_groups(struct buf *b, const struct plan *plan)
{
	for (size_t i = 0; i < plan->count && i < SHOWN; i++) {
		const struct group *g = &plan->groups[i];

		(void)buf_printf(b, "%s%s(%s)*%zu", i > 0 ? "+" : "",
		    verdict_name(g->effect),
		    g->verdict.rule != NULL ? g->verdict.rule : "", g->count);
		if (quarantine_holds(g))
			(void)buf_printf(b, "=%s", g->held);
	}
	if (plan->count > SHOWN)
		(void)buf_printf(b, "+%zu more", plan->count - SHOWN);
}

void
line_make(const struct carry *c, char *line, size_t size)
{
	const struct envelope *e = c->a->envelope;
	const char *queue_id = e->queue_id;
	char facts[FACTS];
	struct buf b;

	buf_init(&b, LINE);
	carry_facts(c->a->findings, ",", facts, sizeof facts);
	(void)buf_printf(&b,
	    "%s: id=%s dir=%s from=<%s> nrcpt=%zu size=%llu verdict=",
	    queue_id != NULL && queue_id[0] != '\0' ? queue_id : "NOQUEUE",
	    e->id, carry_direction(e), e->sender != NULL ? e->sender : "",
	    e->rcpts_count, (unsigned long long)e->size);
	put_groups(&b, c->plan);
	(void)buf_printf(&b, " facts=%s ms=%lld",
	    facts[0] != '\0' ? facts : "none",
	    (long long)(clock_ms() - c->a->started));
	if (c->whole.text[0] != '\0')
		(void)buf_printf(&b, " whole=%.500s", c->whole.text);
	if (c->plan->answer == VERDICT_DEFER)
		(void)buf_printf(&b, " why=%.500s", c->why.text);
	(void)text_printable(line, size, buf_text(&b), b.len);
	buf_free(&b);
}
