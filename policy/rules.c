/* SPDX-License-Identifier: ISC */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "milter/base/count.h"
#include "milter/base/file.h"
#include "policy/nearest.h"
#include "policy/rules.h"
#include "milter/base/banned.h"

enum {
	FILE_MOST = 256 * 1024,
	/* A byte of file becomes at most some 60 bytes of tokens, rules and
	 * lists, so the arena's limit, which ends the process, is not met. */
	ARENA_MOST = 64 * 1024 * 1024,
	RULES_MOST = 1000,
	NAME_MOST = 64,
	WEIGHT_MOST = 100
};

/* A name of letters, digits, "-", "_" and ".": it goes into logs and the
 * headers of mail. */
static const char *
read_name(struct parser *p, const char *what)
{
	const char *letters = "abcdefghijklmnopqrstuvwxyz"
			      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
	const char *name = p->at->text;

	if (p->at->kind == TOKEN_WORD && strlen(name) <= NAME_MOST &&
	    strspn(name, letters) == strlen(name)) {
		p->at++;
		return name;
	}
	parser_fault(p, p->at,
	    "the name of a %s is up to %d letters, digits and - _ . , not "
	    "\"%s\"",
	    what, NAME_MOST, name);
	return NULL;
}

static int
read_policy(struct parser *p)
{
	if (p->policy->name != NULL)
		return parser_fault(p, p->at - 1,
		    "the policy has a name already: \"%s\"", p->policy->name);
	p->policy->name = parser_text(p, "the policy's name");
	return p->policy->name == NULL ? -1 : 0;
}

static int
read_list(struct parser *p)
{
	const struct token *at = p->at;
	const char *name = read_name(p, "list");
	struct names *list;

	if (name == NULL)
		return -1;
	list = names_find(p->policy, name);
	if (list != NULL)
		return parser_fault(p, at, "list \"%s\" is in line %d already",
		    name, list->line);
	list = wordlist_read(p, true);
	if (list == NULL)
		return -1;
	list->name = name;
	list->line = at->line;
	list->next = p->policy->lists;
	p->policy->lists = list;
	return 0;
}

static int
read_score(struct parser *p)
{
	enum fact fact = fact_named(p->at->text);
	struct nearest near;
	char *end;
	long weight;

	nearest_init(&near, p->at->text);
	for (int i = 0; i < FACT_COUNT; i++)
		nearest_offer(&near, fact_row((enum fact)i)->name);
	if (p->at->kind != TOKEN_WORD || fact == FACT_COUNT)
		return parser_fault(p, p->at, "\"%s\" is no fact%s",
		    p->at->text, nearest_text(&near));
	if (p->policy->weighed[fact])
		return parser_fault(p, p->at, "\"%s\" has a score already",
		    p->at->text);
	p->at++;
	weight = strtol(p->at->text, &end, 10);
	if (p->at->kind != TOKEN_WORD || *end != '\0' ||
	    weight < -WEIGHT_MOST || weight > WEIGHT_MOST)
		return parser_fault(p, p->at,
		    "a score is a number from -%d to %d, not \"%s\"",
		    WEIGHT_MOST, WEIGHT_MOST, p->at->text);
	p->at++;
	p->policy->weights[fact] = (int)weight;
	p->policy->weighed[fact] = true;
	return 0;
}

static int
read_default(struct parser *p)
{
	int line = p->at[-1].line;

	if (p->policy->otherwise_line != 0)
		return parser_fault(p, p->at - 1,
		    "the default is in line %d already",
		    p->policy->otherwise_line);
	p->policy->otherwise_line = line;
	if (action_read(p, &p->policy->otherwise) != 0)
		return -1;
	if (p->policy->otherwise.kind == VERDICT_SANITISE)
		return parser_fault(p, p->at - 1,
		    "the default cannot be sanitise: no fact says what to "
		    "take out");
	if (p->policy->otherwise.kind == VERDICT_HOLD)
		return parser_fault(p, p->at - 1,
		    "the default cannot be hold: nothing says what comes "
		    "then");
	return 0;
}

/* A rule behind one that always decides has no say, except that encryption
 * is a floor under deliver and tag, and that of what is held the others are
 * asked later (see policy_decide()). */
static const struct rule *
hides(const struct policy *policy, const struct rule *r)
{
	for (const struct rule *o = policy->rules; o != NULL; o = o->next)
		if (!o->observe && question_certain(o) > 0 &&
		    (o->action.kind != VERDICT_HOLD ||
			r->action.kind == VERDICT_HOLD) &&
		    (r->action.kind != VERDICT_ENCRYPT ||
			o->action.kind >= VERDICT_ENCRYPT))
			return o;
	return NULL;
}

/* What is dangerous is what the rule asks for. A score that is given further
 * down counts as well, so any score will do here. */
static bool
says_what_to_take_out(const struct rule *r)
{
	for (size_t i = 0; i < r->count; i++) {
		const struct condition *c = &r->conditions[i];

		if (!c->negated &&
		    (c->test == TEST_FACT || c->test == TEST_EVIDENCE ||
			c->test == TEST_SEVERITY || c->test == TEST_SCORE))
			return true;
	}
	return false;
}

static int
add_rule(struct parser *p, const struct token *at, struct rule *r)
{
	struct policy *policy = p->policy;
	const struct rule *other = hides(policy, r);
	struct rule **end = &policy->rules;

	if (other != NULL)
		return parser_fault(p, at,
		    "rule \"%s\" is never reached: rule \"%s\" in line %d "
		    "always decides",
		    r->name, other->name, other->line);
	if (question_certain(r) < 0)
		return parser_fault(p, at, "rule \"%s\" can never match",
		    r->name);
	if (r->action.kind == VERDICT_SANITISE && !says_what_to_take_out(r))
		return parser_fault(p, at,
		    "rule \"%s\" asks for no fact: what should sanitise take "
		    "out?",
		    r->name);
	if (policy->rules_count == RULES_MOST)
		return parser_fault(p, at, "over %d rules", RULES_MOST);
	while (*end != NULL)
		end = &(*end)->next;
	*end = r;
	policy->rules_count++;
	return 0;
}

static int
read_rule_head(struct parser *p, struct rule *r)
{
	const struct token *at = p->at;

	r->line = at[-1].line;
	r->name = read_name(p, "rule");
	if (r->name == NULL)
		return -1;
	for (const struct rule *o = p->policy->rules; o != NULL; o = o->next)
		if (strcmp(o->name, r->name) == 0)
			return parser_fault(p, at,
			    "rule \"%s\" is in line %d already", r->name,
			    o->line);
	r->observe = parser_word(p, "observe");
	return 0;
}

static int
read_rule(struct parser *p)
{
	const struct token *at = p->at - 1;
	struct rule *r = arena_get(p->policy->arena, sizeof *r);

	if (read_rule_head(p, r) != 0 ||
	    parser_expect(p, "when", "the rule's name") != 0 ||
	    condition_read(p, r) != 0 ||
	    parser_expect(p, "then", "the condition") != 0 ||
	    action_read(p, &r->action) != 0 ||
	    parser_expect(p, "because", "the action") != 0)
		return -1;
	r->basis = parser_text(p, "the basis of the rule");
	return r->basis == NULL ? -1 : add_rule(p, at, r);
}

static const struct {
	const char *word;
	int (*read)(struct parser *p);
} statements[] = {
	{ "policy", read_policy },
	{ "list", read_list },
	{ "score", read_score },
	{ "default", read_default },
	{ "rule", read_rule },
};

static int
read_statement(struct parser *p)
{
	struct nearest near;

	nearest_init(&near, p->at->text);
	for (size_t i = 0; i < COUNT(statements); i++) {
		if (parser_word(p, statements[i].word))
			return statements[i].read(p);
		nearest_offer(&near, statements[i].word);
	}
	return parser_fault(p, p->at,
	    "policy, list, score, default or rule is expected, not \"%s\"%s",
	    p->at->text, nearest_text(&near));
}

static int
read_all(struct policy *policy, const char *bytes, size_t len,
    struct reason *why)
{
	struct parser p = { policy, NULL, why };

	p.at = token_list(policy->arena, bytes, len, why);
	if (p.at == NULL)
		return reason_set(why, "%s:%s", policy->path,
		    arena_string(policy->arena, why->text));
	while (p.at->kind != TOKEN_END)
		if (read_statement(&p) != 0)
			return -1;
	if (policy->name == NULL)
		return parser_fault(&p, p.at,
		    "the policy has no name: policy \"...\"");
	if (policy->otherwise_line == 0)
		return parser_fault(&p, p.at,
		    "the policy has no default: default deliver");
	return 0;
}

static struct policy *
policy_new(const char *path, const char *bytes, size_t len)
{
	struct arena *arena = arena_new(ARENA_MOST);
	struct policy *policy = arena_get(arena, sizeof *policy);
	uint8_t digest[HASH_BYTES];

	policy->arena = arena;
	policy->path = arena_string(arena, path);
	hash_bytes(bytes, len, digest);
	hash_hex(digest, policy->hash);
	return policy;
}

struct policy *
policy_load(const char *path, struct reason *why)
{
	struct policy *policy;
	char *bytes;
	size_t len;

	if (file_get(AT_FDCWD, path, FILE_MOST, &bytes, &len, why) != 0)
		return NULL;
	policy = policy_new(path, bytes, len);
	if (read_all(policy, bytes, len, why) != 0)
		policy_free(&policy);
	free(bytes);
	return policy;
}

void
policy_free(struct policy **p)
{
	struct arena *arena;

	if (*p == NULL)
		return;
	arena = (*p)->arena;
	arena_free(&arena);
	*p = NULL;
}

const char *
policy_hash(const struct policy *p)
{
	return p->hash;
}

size_t
policy_rules(const struct policy *p)
{
	return p->rules_count;
}

const char *
policy_name(const struct policy *p)
{
	return p->name;
}
