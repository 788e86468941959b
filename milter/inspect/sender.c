/* SPDX-License-Identifier: ISC */
#include "milter/inspect/inspect.h"
#include "milter/inspect/lookalike.h"
#include "milter/base/banned.h"

static int
prepare(const struct conf *conf, struct reason *why)
{
	(void)conf;
	return lookalike_prepare(why);
}

/* The author that a reader shows, not the envelope: SPF judges that one. */
static void
run(struct inspection *i)
{
	const char *domain = i->message->from_domain;
	const char *own;

	if (i->envelope->inside || domain[0] == '\0')
		return;
	if (places_own_domain(i->places, domain))
		inspect_fact(i, FACT_SENDER_OWN_OUTSIDE, NULL, "%s from %s",
		    i->message->from_address, i->envelope->client_ip);
	own = lookalike_of(lookalike_own(i), i, domain);
	if (own != NULL)
		inspect_fact(i, FACT_SENDER_LOOKALIKE, NULL, "%s looks like %s",
		    domain, own);
}

const struct inspector inspect_sender = {
	.looks_for = "senders that pretend to be ours",
	.prepare = prepare,
	.run = run,
};
