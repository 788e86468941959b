/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "policy/rules.h"
#include "milter/base/banned.h"

bool
question_has(const struct question *q, enum fact fact)
{
	return q->findings->kinds[fact] != 0 ||
	       (fact == FACT_SCAN_UNFINISHED && q->unfinished);
}

void
question_init(struct question *q, const struct policy *p,
    const struct findings *f, const struct envelope *e, size_t rcpt)
{
	q->policy = p;
	q->findings = f;
	q->envelope = e;
	q->recipient = &e->rcpts[rcpt];
	q->unfinished = !f->finished || f->kinds[FACT_SCAN_UNFINISHED] != 0;
	q->score = 0;
	q->severity = -1;
	for (int i = 0; i < FACT_COUNT; i++) {
		int severity = (int)fact_row((enum fact)i)->severity;

		if (!question_has(q, (enum fact)i))
			continue;
		q->score += p->weights[i];
		if (q->severity < severity)
			q->severity = severity;
	}
}

typedef bool answer(const struct condition *c, const struct question *q);

static bool
always(const struct condition *c, const struct question *q)
{
	(void)c;
	(void)q;
	return true;
}

static bool
fact(const struct condition *c, const struct question *q)
{
	return question_has(q, (enum fact)c->number);
}

static bool
severity(const struct condition *c, const struct question *q)
{
	return q->severity >= c->number;
}

static bool
score(const struct condition *c, const struct question *q)
{
	return q->score >= c->number;
}

static bool
direction(const struct condition *c, const struct question *q)
{
	return (int)q->recipient->direction == c->number;
}

static bool
sender(const struct condition *c, const struct question *q)
{
	return names_address(c->names, q->envelope->sender);
}

static bool
sender_domain(const struct condition *c, const struct question *q)
{
	return names_domain(c->names, q->envelope->sender_domain);
}

static bool
recipient(const struct condition *c, const struct question *q)
{
	return names_address(c->names, q->recipient->address);
}

static bool
recipient_domain(const struct condition *c, const struct question *q)
{
	return names_domain(c->names, q->recipient->domain);
}

static bool
client(const struct condition *c, const struct question *q)
{
	return *q->envelope->client_ip != '\0' &&
	       network_has(&c->network, q->envelope->client_ip);
}

static bool
authenticated(const struct condition *c, const struct question *q)
{
	(void)c;
	return *q->envelope->auth_user != '\0';
}

static bool
transport(const struct condition *c, const struct question *q)
{
	(void)c;
	return *q->envelope->tls_version != '\0';
}

static bool
evidence(const struct condition *c, const struct question *q)
{
	const struct findings *f = q->findings;

	for (size_t i = 0; i < f->facts_count; i++)
		if ((int)f->facts[i].fact == c->number &&
		    strcasestr(f->facts[i].evidence, c->text) != NULL)
			return true;
	return false;
}

static answer *const answers[TEST_COUNT] = {
	[TEST_ALWAYS] = always,
	[TEST_FACT] = fact,
	[TEST_SEVERITY] = severity,
	[TEST_SCORE] = score,
	[TEST_DIRECTION] = direction,
	[TEST_SENDER] = sender,
	[TEST_SENDER_DOMAIN] = sender_domain,
	[TEST_RECIPIENT] = recipient,
	[TEST_RECIPIENT_DOMAIN] = recipient_domain,
	[TEST_CLIENT] = client,
	[TEST_AUTHENTICATED] = authenticated,
	[TEST_TRANSPORT] = transport,
	[TEST_EVIDENCE] = evidence,
};

/* -1 no, 0 it depends, 1 yes: `and` is the least, `or` the most of two, and
 * `not` the other sign. Without a question only `always` is certain. */
static int
ask(const struct condition *c, const struct question *q)
{
	if (q == NULL)
		return c->test == TEST_ALWAYS;
	return answers[c->test](c, q) ? 1 : -1;
}

static int
judge(const struct rule *r, const struct question *q)
{
	int stack[RULE_CONDITIONS + 1], *top = stack;

	for (size_t i = 0; i < r->count; i++) {
		const struct condition *c = &r->conditions[i];

		if (c->test < TEST_COUNT) {
			*++top = ask(c, q);
		} else if (c->test == TEST_NOT) {
			*top = -*top;
		} else {
			top--;
			if ((top[1] < top[0]) == (c->test == TEST_AND))
				top[0] = top[1];
		}
	}
	return *top;
}

bool
question_answer(const struct question *q, const struct rule *r)
{
	return judge(r, q) > 0;
}

int
question_certain(const struct rule *r)
{
	return judge(r, NULL);
}

bool
question_names(const struct rule *r, enum fact f)
{
	for (size_t i = 0; i < r->count; i++)
		if (r->conditions[i].test == TEST_FACT &&
		    r->conditions[i].number == (int)f &&
		    !r->conditions[i].negated)
			return true;
	return false;
}

static bool
means(const struct policy *p, const struct condition *c, enum fact f)
{
	if (c->negated)
		return false;
	if (c->test == TEST_FACT || c->test == TEST_EVIDENCE)
		return c->number == (int)f;
	if (c->test == TEST_SEVERITY)
		return (int)fact_row(f)->severity >= c->number;
	return c->test == TEST_SCORE && p->weights[f] > 0;
}

bool
question_means(const struct policy *p, const struct rule *r, enum fact f)
{
	for (size_t i = 0; i < r->count; i++)
		if (means(p, &r->conditions[i], f))
			return true;
	return false;
}
