/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/base/count.h"
#include "milter/inspect/numbers.h"
#include "milter/base/banned.h"

enum { GROUPS = 32, DIGITS = 20, MANY = 10 };

/* Digits in groups with one blank or hyphen between: 1234 5678 9018. */
struct run {
	struct {
		const char *at;
		size_t len;
	} groups[GROUPS];
	size_t count;
	bool closed; /* nothing goes on behind the last */
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Would the character make a longer word, path or fraction of the digits? */
static bool
is_joined(char c)
{
	return (c >= 'a' && c <= 'z') || (c != '\0' && strchr("_@/%", c));
}

/* 行政手続における特定の個人を識別するための番号の利用等に関する法律に基づく
 * 省令 5条: the check digit of an Individual Number. */
static bool
is_individual(const char *d)
{
	int sum = 0, check;

	for (int n = 1; n <= 11; n++)
		sum += (d[11 - n] - '0') * (n <= 6 ? n + 1 : n - 5);
	check = 11 - sum % 11;
	return d[11] - '0' == (check > 9 ? 0 : check) &&
	       strspn(d, (char[]){ d[0], '\0' }) < 11;
}

static bool
is_luhn(const char *d, size_t len)
{
	int sum = 0;

	for (size_t i = 0; i < len; i++) {
		int digit = d[len - 1 - i] - '0';

		if (i % 2 == 1)
			digit = digit > 4 ? 2 * digit - 9 : 2 * digit;
		sum += digit;
	}
	return sum % 10 == 0;
}

/* What the numbers of an issuer begin with, in four digits: Visa, Mastercard,
 * JCB, UnionPay and Discover; American Express; Diners. */
static const struct {
	size_t len;
	int from, to;
} issuers[] = {
	{ 16, 4000, 4999 },
	{ 16, 5100, 5599 },
	{ 16, 2221, 2720 },
	{ 16, 3528, 3589 },
	{ 16, 6200, 6299 },
	{ 16, 6011, 6011 },
	{ 16, 6500, 6599 },
	{ 15, 3400, 3499 },
	{ 15, 3700, 3799 },
	{ 14, 3000, 3059 },
	{ 14, 3600, 3699 },
	{ 14, 3800, 3999 },
};

static bool
is_card(const char *d, size_t len)
{
	int first = 0;

	for (int i = 0; i < 4; i++)
		first = 10 * first + d[i] - '0';
	for (size_t i = 0; i < COUNT(issuers); i++)
		if (issuers[i].len == len && first >= issuers[i].from &&
		    first <= issuers[i].to)
			return is_luhn(d, len);
	return false;
}

static void
judge(struct numbers *n, const char *digits, size_t len)
{
	if (len == 12) {
		n->of_12++;
		n->individual += is_individual(digits);
	} else if (len >= 14 && len <= 16) {
		n->of_16++;
		n->cards += is_card(digits, len);
	}
}

/* The ways to write one: how many groups, of which lengths. */
static const struct {
	size_t count, lens[4];
} forms[] = {
	{ 4, { 4, 4, 4, 4 } },
	{ 3, { 4, 6, 5 } },
	{ 3, { 4, 6, 4 } },
	{ 3, { 4, 4, 4 } },
};

/* Which form stands at group g; -1: none. */
static int
form_at(const struct run *r, size_t g)
{
	for (size_t f = 0; f < COUNT(forms); f++) {
		size_t i = 0, next = g + forms[f].count;

		while (i < forms[f].count && g + i < r->count &&
		       r->groups[g + i].len == forms[f].lens[i])
			i++;
		if (i < forms[f].count || (next == r->count && !r->closed))
			continue;
		if (next < r->count && r->groups[next].len == 4)
			continue;
		return (int)f;
	}
	return -1;
}

static void
judge_run(struct numbers *n, const struct run *r)
{
	for (size_t g = 0; g < r->count; g++) {
		char digits[DIGITS + 1] = "";
		size_t len = 0;
		int form = form_at(r, g);

		if (form == -1) {
			if (r->groups[g].len >= 12 &&
			    (g + 1 < r->count || r->closed))
				judge(n, r->groups[g].at, r->groups[g].len);
			continue;
		}
		for (size_t i = 0; i < forms[form].count; i++) {
			memcpy(digits + len, r->groups[g + i].at,
			    r->groups[g + i].len);
			len += r->groups[g + i].len;
		}
		judge(n, digits, len);
		g += forms[form].count - 1;
	}
}

/* The run at s; returns what stands behind it. */
static const char *
read_run(const char *s, struct run *r)
{
	char between = '\0';

	r->count = 0;
	for (;;) {
		r->groups[r->count].at = s;
		r->groups[r->count].len = strspn(s, "0123456789");
		s += r->groups[r->count].len;
		r->count++;
		if ((*s != ' ' && *s != '-') || !is_digit(s[1]) ||
		    r->count == GROUPS || (between != '\0' && *s != between))
			break;
		between = *s++;
	}
	r->closed =
	    !is_joined(*s) && *s != '-' && (*s != '.' || !is_digit(s[1]));
	return s;
}

static bool
says(const char *line, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strstr(line, words[i]) != NULL)
			return true;
	return false;
}

void
numbers_line(struct numbers *n, const char *line)
{
	static const char *const individual[] = { "マイナンバー", "個人番号",
		"my number", "individual number" };
	static const char *const card[] = { "カード番号", "クレジット",
		"有効期限", "card number", "credit card", "cardholder",
		"card no", "mastercard", "american express", "amex", "cvv",
		"cvc" };
	const char *s = line;
	struct run run;

	n->says_individual =
	    n->says_individual || says(line, individual, COUNT(individual));
	n->says_card = n->says_card || says(line, card, COUNT(card));
	while (*(s += strcspn(s, "0123456789")) != '\0') {
		bool joined =
		    s > line && (is_joined(s[-1]) || strchr(".=&+-#", s[-1]));

		s = read_run(s, &run);
		if (!joined)
			judge_run(n, &run);
	}
}

/* So many, and nine in ten of their length right, are no chance. */
static size_t
that_count(size_t right, size_t all, bool says_so)
{
	return says_so || (right >= MANY && right >= all - all / 10) ? right
								     : 0;
}

size_t
numbers_individual(const struct numbers *n)
{
	return that_count(n->individual, n->of_12, n->says_individual);
}

size_t
numbers_cards(const struct numbers *n)
{
	return that_count(n->cards, n->of_16, n->says_card);
}
