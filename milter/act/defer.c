/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/act/carry.h"
#include "milter/base/banned.h"

/* What was held before the failure stays held: the sender's next attempt
 * finds it there (quarantine_put() knows it again). */
void
defer_all(struct carry *c)
{
	copies_free(&c->copies);
	split_abort(c);
	for (size_t i = 0; i < c->plan->count; i++)
		c->plan->groups[i].effect = VERDICT_DEFER;
	c->plan->answer = VERDICT_DEFER;
	memset(&c->reply, 0, sizeof c->reply);
	c->reply.code = "451";
	c->reply.extended = "4.7.1";
	mta_line(&c->reply, "Sekimori %s: not decided yet, please try again",
	    c->a->envelope->id);
}
