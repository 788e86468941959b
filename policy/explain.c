/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>

#include "policy/rules.h"
#include "milter/base/banned.h"

/* One explanation being written. */
struct telling {
	FILE *out;
	const struct policy *policy;
	const struct findings *findings;
	bool japanese;
};

static void
tell_fact(const struct telling *t, const struct found *found)
{
	const struct fact_row *row = fact_row(found->fact);

	fprintf(t->out, "  %s (%s): %s", row->name,
	    severity_name(row->severity), t->japanese ? row->ja : row->en);
	if (found->part >= 0 && (size_t)found->part < t->findings->parts_count)
		fprintf(t->out, t->japanese ? "（パート %s）" : ", part %s",
		    t->findings->parts[found->part].path);
	if (*found->evidence != '\0')
		fprintf(t->out, ": %s", found->evidence);
	fprintf(t->out, "\n");
}

/* Did this kind of fact make the rule true? "severity" and "score" rest on
 * all of them. */
static bool
counts(const struct telling *t, const struct rule *r, enum fact fact)
{
	int severity = (int)fact_row(fact)->severity;

	for (size_t i = 0; i < r->count; i++) {
		const struct condition *c = &r->conditions[i];

		if (c->negated)
			continue;
		if ((c->test == TEST_FACT || c->test == TEST_EVIDENCE) &&
		    c->number == (int)fact)
			return true;
		if (c->test == TEST_SEVERITY && severity >= c->number)
			return true;
		if (c->test == TEST_SCORE && t->policy->weights[fact] != 0)
			return true;
	}
	return false;
}

static void
tell_facts(const struct telling *t, const struct rule *r)
{
	const struct findings *f = t->findings;

	for (size_t i = 0; i < f->facts_count; i++)
		if (counts(t, r, f->facts[i].fact))
			tell_fact(t, &f->facts[i]);
}

static void
tell_others(const struct telling *t, const struct rule *r)
{
	const struct findings *f = t->findings;
	bool told = false;

	for (size_t i = 0; i < f->facts_count; i++) {
		if (r != NULL && counts(t, r, f->facts[i].fact))
			continue;
		if (!told)
			fprintf(t->out,
			    t->japanese ? "その他の事実:\n"
					: "Other facts, which did not decide:"
					  "\n");
		told = true;
		tell_fact(t, &f->facts[i]);
	}
}

static const struct rule *
rule_named(const struct policy *p, int line)
{
	const struct rule *r = p->rules;

	while (r != NULL && r->line != line)
		r = r->next;
	return r;
}

static void
tell_observed(const struct telling *t, const struct verdict *v)
{
	for (size_t i = 0; i < v->observed_count; i++)
		fprintf(t->out,
		    t->japanese
			? "観察中の規則「%s」なら、判定は %s でした。\n"
			: "Rule \"%s\", which only observes, would have said "
			  "%s.\n",
		    v->observed[i].rule, verdict_name(v->observed[i].kind));
}

static void
tell(const struct telling *t, const struct recipient *to,
    const struct verdict *v)
{
	const struct rule *r = rule_named(t->policy, v->line);

	fprintf(t->out,
	    t->japanese ? "宛先 %s（%s）: %s（%s）\n" : "To %s (%s): %s, %s.\n",
	    to->address, direction_name(to->direction), verdict_name(v->kind),
	    verdict_text(v->kind, t->japanese));
	fprintf(t->out,
	    t->japanese
		? "規則「%s」（%s:%d）で判定しました。根拠: %s。点数: %d\n"
		: "Rule \"%s\" (%s:%d) decided. Basis: %s. Score: %d.\n",
	    v->rule, t->policy->path, v->line, v->basis, v->score);
	if (r != NULL) {
		fprintf(t->out, t->japanese
				    ? "この規則に該当した事実:\n"
				    : "Facts that the rule asks for:\n");
		tell_facts(t, r);
	}
	tell_others(t, r);
	tell_observed(t, v);
}

char *
policy_explain(const struct policy *p, const struct findings *f,
    const struct envelope *e, size_t rcpt, bool japanese)
{
	struct telling t = { NULL, p, f, japanese };
	struct verdict v;
	char *text = NULL;
	size_t size;

	policy_decide(p, f, e, rcpt, &v);
	t.out = open_memstream(&text, &size);
	if (t.out == NULL)
		abort();
	tell(&t, &e->rcpts[rcpt], &v);
	if (fclose(t.out) != 0)
		abort();
	return text;
}
