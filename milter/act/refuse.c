/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/act/carry.h"
#include "milter/base/banned.h"

static void
begin(struct carry *c)
{
	memset(&c->reply, 0, sizeof c->reply);
	c->reply.code = c->a->code != NULL ? c->a->code : "550";
	c->reply.extended = c->a->extended != NULL ? c->a->extended : "5.7.1";
}

void
refuse_reply(struct carry *c)
{
	const char *id = c->a->envelope->id;

	begin(c);
	for (size_t i = 0; i < c->plan->count; i++) {
		const struct group *g = &c->plan->groups[i];
		const char *text = g->verdict.text;

		mta_line(&c->reply, "Sekimori %s: %s", id,
		    text != NULL && text[0] != '\0' ? text
						    : "refused by policy");
	}
}

void
refuse_unsealed(struct carry *c)
{
	begin(c);
	/* What to do stands in front: of many recipients not all fit. */
	mta_line(&c->reply,
	    "Sekimori %s: must leave encrypted, and cannot; sent to nobody",
	    c->a->envelope->id);
	mta_line(&c->reply, "Remove the recipients below or ask them for a "
			    "certificate; questions: name the ID above");
	for (size_t i = 0; i < c->asked.count; i++)
		mta_line(&c->reply, "%s: %s", c->asked.rcpts[i],
		    c->seal->reasons[i][0] != '\0'
			? c->seal->reasons[i]
			: "could be, but nobody gets it unless all can");
}
