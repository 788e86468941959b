/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "milter/base/count.h"
#include "policy/nearest.h"
#include "policy/rules.h"
#include "milter/base/banned.h"

enum { DEPTH_MOST = 32 };

/* A condition being read: its parts go to `list` in postfix order. */
struct reading {
	struct parser *parser;
	struct condition list[RULE_CONDITIONS];
	size_t count;
	int depth;
	bool negated;
};

static int
add(struct reading *r, const struct condition *c)
{
	if (r->count == RULE_CONDITIONS)
		return parser_fault(r->parser, r->parser->at,
		    "a condition has over %d parts", RULE_CONDITIONS);
	r->list[r->count] = *c;
	r->list[r->count++].negated = r->negated;
	return 0;
}

static int
add_test(struct reading *r, enum test test, int number)
{
	struct condition c = { .test = test, .number = number };

	return add(r, &c);
}

static int
read_always(struct reading *r)
{
	return add_test(r, TEST_ALWAYS, 0);
}

static int
read_severity(struct reading *r)
{
	struct parser *p = r->parser;
	enum severity severity;

	if (p->at->kind != TOKEN_WORD ||
	    severity_named(p->at->text, &severity) != 0)
		return parser_fault(p, p->at,
		    "severity is info, low, medium or high, not \"%s\"",
		    p->at->text);
	p->at++;
	return add_test(r, TEST_SEVERITY, (int)severity);
}

static int
read_score(struct reading *r)
{
	struct parser *p = r->parser;
	long n;
	char *end;

	if (parser_expect(p, "at", "\"score\"") != 0 ||
	    parser_expect(p, "least", "\"score at\"") != 0)
		return -1;
	n = strtol(p->at->text, &end, 10);
	if (p->at->kind != TOKEN_WORD || *end != '\0' || n < -9999 || n > 9999)
		return parser_fault(p, p->at,
		    "\"score at least\" takes a number, not \"%s\"",
		    p->at->text);
	p->at++;
	return add_test(r, TEST_SCORE, (int)n);
}

static int
read_direction(struct reading *r)
{
	struct parser *p = r->parser;

	if (parser_expect(p, "is", "\"direction\"") != 0)
		return -1;
	for (int i = DIRECTION_INBOUND; i <= DIRECTION_INTERNAL; i++)
		if (parser_word(p, direction_name((enum direction)i)))
			return add_test(r, TEST_DIRECTION, i);
	return parser_fault(p, p->at,
	    "direction is inbound, outbound or internal, not \"%s\"",
	    p->at->text);
}

/* `in LIST`: the list must stand before, so that it is read from the top. */
static const struct names *
read_list_name(struct parser *p)
{
	const struct names *names = names_find(p->policy, p->at->text);
	struct nearest near;

	if (p->at->kind == TOKEN_WORD && names != NULL) {
		p->at++;
		return names;
	}
	nearest_init(&near, p->at->text);
	for (names = p->policy->lists; names != NULL; names = names->next)
		nearest_offer(&near, names->name);
	parser_fault(p, p->at, "no list \"%s\" stands above%s", p->at->text,
	    nearest_text(&near));
	return NULL;
}

/* `is VALUE` or `in LIST`, of addresses or of domains. */
static int
read_names(struct reading *r, enum test address, enum test domain)
{
	struct parser *p = r->parser;
	struct condition c = { .test = address };
	const struct token *value;

	if (parser_word(p, "domain"))
		c.test = domain;
	value = p->at + 1;
	if (parser_word(p, "in"))
		c.names = read_list_name(p);
	else if (parser_expect(p, "is", value[-2].text) == 0)
		c.names = wordlist_read(p, false);
	if (c.names == NULL)
		return -1;
	if (c.names->addresses != (c.test == address))
		return parser_fault(p, value, "\"%s\" is no %s", value->text,
		    c.test == address ? "address" : "domain");
	return add(r, &c);
}

static int
read_sender(struct reading *r)
{
	return read_names(r, TEST_SENDER, TEST_SENDER_DOMAIN);
}

static int
read_recipient(struct reading *r)
{
	return read_names(r, TEST_RECIPIENT, TEST_RECIPIENT_DOMAIN);
}

static int
read_client(struct reading *r)
{
	struct parser *p = r->parser;
	struct condition c = { .test = TEST_CLIENT };
	struct reason why;

	if (parser_expect(p, "in", "\"client\"") != 0)
		return -1;
	if (network_parse(&c.network, p->at->text, &why) != 0)
		return parser_fault(p, p->at, "%s", why.text);
	p->at++;
	return add(r, &c);
}

static int
read_authenticated(struct reading *r)
{
	return add_test(r, TEST_AUTHENTICATED, 0);
}

static int
read_encrypted(struct reading *r)
{
	if (parser_expect(r->parser, "transport", "\"encrypted\"") != 0)
		return -1;
	return add_test(r, TEST_TRANSPORT, 0);
}

static int read_fact(struct reading *r, enum fact *fact);

static int
read_evidence(struct reading *r)
{
	struct condition c = { .test = TEST_EVIDENCE };
	enum fact fact;

	if (parser_expect(r->parser, "of", "\"evidence\"") != 0 ||
	    read_fact(r, &fact) != 0 ||
	    parser_expect(r->parser, "has", "the fact") != 0)
		return -1;
	c.number = (int)fact;
	c.text = parser_text(r->parser, "a part of the evidence");
	return c.text == NULL ? -1 : add(r, &c);
}

/* What may stand in a condition besides the names of facts. */
static const struct {
	const char *word;
	int (*read)(struct reading *r);
} words[] = {
	{ "always", read_always },
	{ "severity", read_severity },
	{ "score", read_score },
	{ "direction", read_direction },
	{ "sender", read_sender },
	{ "recipient", read_recipient },
	{ "client", read_client },
	{ "authenticated", read_authenticated },
	{ "encrypted", read_encrypted },
	{ "evidence", read_evidence },
};

static int
read_fact(struct reading *r, enum fact *fact)
{
	struct parser *p = r->parser;
	struct nearest near;

	*fact = fact_named(p->at->text);
	if (p->at->kind == TOKEN_WORD && *fact != FACT_COUNT) {
		p->at++;
		return 0;
	}
	nearest_init(&near, p->at->text);
	for (int i = 0; i < FACT_COUNT; i++)
		nearest_offer(&near, fact_row((enum fact)i)->name);
	for (size_t i = 0; i < COUNT(words); i++)
		nearest_offer(&near, words[i].word);
	return parser_fault(p, p->at, "\"%s\" is no fact%s", p->at->text,
	    nearest_text(&near));
}

static int
read_test(struct reading *r)
{
	enum fact fact;

	for (size_t i = 0; i < COUNT(words); i++)
		if (parser_word(r->parser, words[i].word))
			return words[i].read(r);
	if (read_fact(r, &fact) != 0)
		return -1;
	return add_test(r, TEST_FACT, (int)fact);
}

static int read_or(struct reading *r);

static int
read_group(struct reading *r)
{
	const struct token *open = r->parser->at++;

	if (read_or(r) != 0)
		return -1;
	if (r->parser->at->kind != TOKEN_CLOSE)
		return parser_fault(r->parser, open,
		    "this ( is not closed before \"%s\"", r->parser->at->text);
	r->parser->at++;
	return 0;
}

static int
read_not(struct reading *r)
{
	int failed;

	if (r->parser->at->kind == TOKEN_OPEN)
		return read_group(r);
	if (!parser_word(r->parser, "not"))
		return read_test(r);
	if (r->parser->at->kind == TOKEN_WORD &&
	    strcmp(r->parser->at->text, "not") == 0)
		return parser_fault(r->parser, r->parser->at,
		    "\"not not\" says nothing");
	r->negated = !r->negated;
	failed = read_not(r);
	r->negated = !r->negated;
	return failed != 0 ? -1 : add_test(r, TEST_NOT, 0);
}

static int
read_and(struct reading *r)
{
	if (read_not(r) != 0)
		return -1;
	while (parser_word(r->parser, "and"))
		if (read_not(r) != 0 || add_test(r, TEST_AND, 0) != 0)
			return -1;
	return 0;
}

/* Recursion comes back here for every parenthesis, so its depth is bounded
 * here: a policy must not be able to end the daemon that reads it. */
static int
read_or(struct reading *r)
{
	if (r->depth == DEPTH_MOST)
		return parser_fault(r->parser, r->parser->at,
		    "parentheses are over %d deep", DEPTH_MOST);
	r->depth++;
	if (read_and(r) != 0)
		return -1;
	while (parser_word(r->parser, "or"))
		if (read_and(r) != 0 || add_test(r, TEST_OR, 0) != 0)
			return -1;
	r->depth--;
	return 0;
}

int
condition_read(struct parser *p, struct rule *rule)
{
	struct reading r = { .parser = p };
	struct condition *list;

	if (read_or(&r) != 0)
		return -1;
	list = arena_get(p->policy->arena, r.count * sizeof *list);
	memcpy(list, r.list, r.count * sizeof *list);
	rule->conditions = list;
	rule->count = r.count;
	return 0;
}
