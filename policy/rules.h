/* SPDX-License-Identifier: ISC */
#ifndef SKM_POLICY_RULES_H
#define SKM_POLICY_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "milter/base/arena.h"
#include "milter/base/hash.h"
#include "milter/base/network.h"
#include "policy/policy.h"
#include "policy/token.h"

/*
 * A policy as read: rules in their order, each with a condition in postfix
 * order, so that judging needs a row of booleans and no recursion. All of it
 * lives in the policy's arena and is never written after policy_load().
 */
enum test {
	TEST_ALWAYS,
	TEST_FACT,
	TEST_SEVERITY,
	TEST_SCORE,
	TEST_DIRECTION,
	TEST_SENDER,
	TEST_SENDER_DOMAIN,
	TEST_RECIPIENT,
	TEST_RECIPIENT_DOMAIN,
	TEST_CLIENT,
	TEST_AUTHENTICATED,
	TEST_TRANSPORT,
	TEST_EVIDENCE,
	TEST_COUNT, /* those above ask something, those below join answers */
	TEST_NOT,
	TEST_AND,
	TEST_OR
};

/* Domains or addresses, folded and in order of strcmp(). */
struct names {
	const char *name; /* of the list */
	char **items;
	size_t count;
	bool addresses;
	int line;
	struct names *next;
};

struct condition {
	enum test test;
	bool negated; /* below an odd number of nots */
	int number; /* fact, severity, direction, least score */
	const char *text; /* TEST_EVIDENCE */
	const struct names *names;
	struct network network;
};

struct action {
	enum verdict_kind kind;
	const char *class, *text, *prefix; /* "" when there is none */
	int64_t seconds; /* hold */
};

enum { RULE_CONDITIONS = 256 };

struct rule {
	const char *name;
	int line;
	bool observe;
	const struct condition *conditions;
	size_t count;
	struct action action;
	const char *basis;
	struct rule *next;
};

struct policy {
	struct arena *arena;
	const char *name, *path;
	char hash[HASH_HEX];
	struct rule *rules;
	size_t rules_count;
	struct names *lists;
	int weights[FACT_COUNT];
	bool weighed[FACT_COUNT];
	struct action otherwise; /* default */
	int otherwise_line; /* 0: none yet */
};

/* A parser on its way through the tokens of one policy. */
struct parser {
	struct policy *policy;
	const struct token *at;
	struct reason *why;
};

/* Fills why with "FILE:LINE: ..." for the line of a token; returns -1. */
int parser_fault(const struct parser *p, const struct token *t,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Takes the next token if it is the bare word. */
bool parser_word(struct parser *p, const char *word);

/* Takes the next token if it is that word; else a fault that names it and
 * what it should follow. */
int parser_expect(struct parser *p, const char *word, const char *after);

/* Takes a text in quotes, which belongs to the policy; else a fault that says
 * what is missing. NULL then. */
const char *parser_text(struct parser *p, const char *what);

/* The list of that name, or NULL. */
struct names *names_find(const struct policy *policy, const char *name);

/* A list of the words or texts from here on, at least one; NULL and a fault
 * when one is neither a domain nor an address, or they are mixed. Only one is
 * taken unless many. */
struct names *wordlist_read(struct parser *p, bool many);

/* Is the domain, or a domain above it with a leading dot, in the list? */
bool names_domain(const struct names *names, const char *domain);

/* Is the address in the list, letters of either case alike? */
bool names_address(const struct names *names, const char *address);

/* Reads the condition of rule r behind `when`, to the next word that belongs
 * to none. */
int condition_read(struct parser *p, struct rule *r);

/* Reads an action: a verdict's name and the words that belong to it. */
int action_read(struct parser *p, struct action *action);

/* What a rule is asked about. */
struct question {
	const struct policy *policy;
	const struct findings *findings;
	const struct envelope *envelope;
	const struct recipient *recipient;
	bool unfinished;
	int score;
	int severity; /* the highest found, -1 when nothing was */
};

/* The question for one recipient; score and severity are worked out here. */
void question_init(struct question *q, const struct policy *p,
    const struct findings *f, const struct envelope *e, size_t rcpt);

/* Was the fact found? Findings that are not finished have scan.unfinished. */
bool question_has(const struct question *q, enum fact fact);

/* Does the rule's condition hold? */
bool question_answer(const struct question *q, const struct rule *r);

/* Would the rule match whatever comes (1), nothing at all (-1), or does it
 * depend (0)? */
int question_certain(const struct rule *r);

/* Does the rule ask for the fact (other than by "not")? */
bool question_names(const struct rule *r, enum fact f);

/* Does it ask for the fact by its name, its severity or its weight? */
bool question_means(const struct policy *p, const struct rule *r, enum fact f);

#endif
