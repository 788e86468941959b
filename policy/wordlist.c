/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "milter/base/text.h"
#include "policy/address.h"
#include "policy/rules.h"
#include "milter/base/banned.h"

struct names *
names_find(const struct policy *policy, const char *name)
{
	struct names *n = policy->lists;

	while (n != NULL && strcmp(n->name, name) != 0)
		n = n->next;
	return n;
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool
is_name(const struct parser *p, bool many)
{
	/* A bare word behind a list's last text begins the next statement. */
	return p->at->kind == TOKEN_TEXT ||
	       (!many && p->at->kind == TOKEN_WORD);
}

/* Folds one item; the empty address is the null reverse-path. */
static char *
fold(struct parser *p, bool *address)
{
	char folded[ENVELOPE_ADDRESS];
	struct reason why;
	size_t domain;
	const char *text = p->at->text;

	*address = *text == '\0' || strchr(text, '@') != NULL;
	if (!*address) {
		bool below = *text == '.';

		folded[0] = '.';
		if (text[below] == '\0' ||
		    address_fold(folded + below, sizeof folded - below,
			text + below) != 0)
			return NULL;
		return arena_string(p->policy->arena, folded);
	}
	if (address_read(text, folded, &domain, &why) != 0)
		return NULL;
	text_lower(folded);
	return arena_string(p->policy->arena, folded);
}

static int
read_item(struct parser *p, struct names *n)
{
	bool address;
	char *item = fold(p, &address);

	if (item == NULL)
		return parser_fault(p, p->at,
		    "\"%s\" is neither a domain nor an address", p->at->text);
	if (n->count > 0 && address != n->addresses)
		return parser_fault(p, p->at,
		    "\"%s\": domains and addresses are mixed in one list",
		    p->at->text);
	n->addresses = address;
	n->items[n->count++] = item;
	p->at++;
	return 0;
}

struct names *
wordlist_read(struct parser *p, bool many)
{
	struct names *n = arena_get(p->policy->arena, sizeof *n);
	const struct token *end = p->at;

	while (end->kind == TOKEN_TEXT)
		end++;
	n->line = p->at->line;
	n->items = arena_get(p->policy->arena,
	    ((size_t)(end - p->at) + 1) * sizeof *n->items);
	if (!is_name(p, many)) {
		parser_fault(p, p->at,
		    "a domain or an address is expected, not \"%s\"",
		    p->at->text);
		return NULL;
	}
	do {
		if (read_item(p, n) != 0)
			return NULL;
	} while (many && is_name(p, many));
	qsort(n->items, n->count, sizeof *n->items, compare);
	return n;
}

static bool
listed(const struct names *names, const char *item)
{
	return bsearch(&item, names->items, names->count, sizeof *names->items,
		   compare) != NULL;
}

bool
names_domain(const struct names *names, const char *domain)
{
	char dotted[ENVELOPE_ADDRESS + 1];

	if (listed(names, domain))
		return true;
	dotted[0] = '.';
	memcpy(dotted + 1, domain, strlen(domain) + 1);
	for (const char *d = dotted; d != NULL; d = strchr(d + 1, '.'))
		if (listed(names, d))
			return true;
	return false;
}

bool
names_address(const struct names *names, const char *address)
{
	char folded[ENVELOPE_ADDRESS];

	memcpy(folded, address, strlen(address) + 1);
	text_lower(folded);
	return listed(names, folded);
}
