/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/act/events.h"
#include "milter/base/clock.h"
#include "milter/base/banned.h"

enum { DOMAINS = 100 };

static void
held(struct events *all, const struct carry *c, const struct group *g)
{
	json_t *f = events_fields(c->a->envelope);
	uint8_t digest[HASH_BYTES];
	char hex[HASH_HEX];

	if (hash_fd(c->a->message, digest, all->why) == -1) {
		json_decref(f);
		all->bad = 1;
		return;
	}
	hash_hex(digest, hex);
	json_object_set_new(f, "q", json_string(g->held));
	json_object_set_new(f, "class", events_text(g->class));
	json_object_set_new(f, "sha256", json_string(hex));
	json_object_set_new(f, "size",
	    json_integer((json_int_t)c->a->envelope->size));
	json_object_set_new(f, "seen_count", json_integer(g->seen));
	events_recipients(f, c->a->envelope, g->rcpts, g->count);
	events_add(all, EVENT_QUARANTINE_CREATE, f);
}

static void
waits(struct events *all, const struct carry *c, const struct group *g)
{
	json_t *f = events_fields(c->a->envelope);
	char until[CLOCK_TEXT];

	clock_text(clock_now() + g->verdict.seconds * 1000000, until);
	json_object_set_new(f, "q", json_string(g->held));
	json_object_set_new(f, "rule", events_text(g->verdict.rule));
	json_object_set_new(f, "until", json_string(until));
	events_recipients(f, c->a->envelope, g->rcpts, g->count);
	events_add(all, EVENT_HOLD_CREATE, f);
}

static void
set_domains(json_t *f, const struct carry *c, const size_t *asked, size_t count)
{
	json_t *domains = json_object();
	json_t *list = json_array();
	const char *name;
	json_t *unused;

	for (size_t i = 0; i < count; i++) {
		const char *at = strrchr(c->asked.rcpts[asked[i]], '@');

		json_object_set_new(domains, at == NULL ? "" : at + 1,
		    json_true());
	}
	json_object_foreach(domains, name, unused)
	{
		if (json_array_size(list) < DOMAINS)
			json_array_append_new(list, json_string(name));
	}
	json_decref(domains);
	json_object_set_new(f, "rcpt_domain", list);
}

static void
set_reasons(json_t *f, const struct carry *c)
{
	json_t *list = json_array();

	for (size_t i = 0; i < c->asked.count; i++)
		json_array_append_new(list,
		    json_pack("{s:o, s:o}", "rcpt",
			events_text(c->asked.rcpts[i]), "reason",
			events_text(c->seal->reasons[i])));
	json_object_set_new(f, "reasons", list);
}

static json_t *
begin_crypto(const struct carry *c, const char *result)
{
	json_t *f = events_fields(c->a->envelope);

	json_object_set_new(f, "op", json_string("encrypt"));
	json_object_set_new(f, "res", json_string(result));
	return f;
}

/* Measured on what we wrote; of what the sender wrote it is not known. */
static void
set_used(json_t *f, const struct seal_used *used)
{
	json_object_set_new(f, "key_alg", events_text(used->keys));
	json_object_set_new(f, "sign_alg", events_text(used->signature));
	json_object_set_new(f, "signer", events_text(used->signer));
	json_object_set_new(f, "monitored", json_boolean(used->monitored));
}

static void
sealed(struct events *all, const struct carry *c, const struct seal_copy *copy)
{
	json_t *f = begin_crypto(c, "sealed");
	size_t asked[SEAL_RECIPIENTS];

	for (size_t i = 0; i < copy->count; i++)
		asked[i] = copy->rcpts[i];
	set_domains(f, c, asked, copy->count);
	json_object_set_new(f, "method",
	    json_string(seal_method_name(copy->method)));
	json_object_set_new(f, "by", json_string(seal_by_name(copy->by)));
	json_object_set_new(f, "keys", events_text(copy->keys));
	json_object_set_new(f, "content_alg", events_text(copy->used.content));
	if (copy->by == SEAL_BY_GATEWAY)
		set_used(f, &copy->used);
	events_add(all, EVENT_MAIL_CRYPTO, f);
}

static const char *
why_unsealed(const struct carry *c)
{
	if (c->seal == NULL || c->seal->copies_count > 0)
		return "unanswered";
	return c->seal->temporary ? "temporary" : "refused";
}

static void
unsealed(struct events *all, const struct carry *c)
{
	json_t *f = begin_crypto(c, why_unsealed(c));
	size_t asked[SEAL_RECIPIENTS];

	for (size_t i = 0; i < c->asked.count; i++)
		asked[i] = i;
	set_domains(f, c, asked, c->asked.count);
	if (c->seal != NULL && c->seal->copies_count == 0)
		set_reasons(f, c);
	events_add(all, EVENT_MAIL_CRYPTO, f);
}

/* Also when it failed: "who could not be written to" is a question of the
 * annual report. */
static void
crypto(struct events *all, const struct carry *c)
{
	bool any = false;

	if (c->asked.count == 0)
		return;
	for (size_t i = 0; i < c->copies.count; i++) {
		const struct proof *proof = c->copies.list[i].proof;

		if (proof_seal(proof) == NULL)
			continue;
		sealed(all, c, proof_seal(proof));
		any = true;
	}
	if (!any)
		unsealed(all, c);
}

static json_t *
observed(const struct verdict *v)
{
	json_t *list = json_array();

	for (size_t i = 0; i < v->observed_count && i < POLICY_OBSERVED; i++)
		json_array_append_new(list,
		    json_pack("{s:o, s:s}", "rule",
			events_text(v->observed[i].rule), "verdict",
			verdict_name(v->observed[i].kind)));
	return list;
}

static json_t *
inspected(const struct findings *found)
{
	json_int_t n[INSPECTED_NOT + 1] = { 0 };

	for (size_t i = 0; i < found->parts_count; i++)
		n[found->parts[i].inspected]++;
	return json_pack("{s:I, s:I, s:I}", "yes", n[INSPECTED_CLEAN], "found",
	    n[INSPECTED_FOUND], "not", n[INSPECTED_NOT]);
}

static void
set_decision(json_t *f, const struct carry *c, const struct group *g)
{
	const struct verdict *v = &g->verdict;

	json_object_set_new(f, "verdict", json_string(verdict_name(g->effect)));
	json_object_set_new(f, "rule", events_text(v->rule));
	json_object_set_new(f, "basis", events_text(v->basis));
	json_object_set_new(f, "score", json_integer(v->score));
	json_object_set_new(f, "observed", observed(v));
	json_object_set_new(f, "rules_hash",
	    events_text(policy_hash(c->a->policy)));
}

static void
decided(struct events *all, const struct carry *c, const struct group *g)
{
	const struct envelope *e = c->a->envelope;
	json_t *f = events_fields(e);

	json_object_set_new(f, "dir",
	    json_string(direction_name(e->rcpts[g->rcpts[0]].direction)));
	set_decision(f, c, g);
	json_object_set_new(f, "findings", findings_facts_json(c->a->findings));
	json_object_set_new(f, "inspected", inspected(c->a->findings));
	json_object_set_new(f, "ms", json_integer(clock_ms() - c->a->started));
	if (quarantine_holds(g))
		json_object_set_new(f, "q", json_string(g->held));
	if (c->a->findings->campaign[0] != '\0')
		json_object_set_new(f, "campaign",
		    json_string(c->a->findings->campaign));
	if (g->effect == VERDICT_SANITISE)
		json_object_set_new(f, "removed", cuts_json(&c->cuts));
	if (g->verdict.kind == VERDICT_SANITISE && c->whole.text[0] != '\0')
		json_object_set_new(f, "whole", events_text(c->whole.text));
	if (c->a->release_id != NULL)
		json_object_set_new(f, "release",
		    json_string(c->a->release_id));
	events_recipients(f, e, g->rcpts, g->count);
	events_add(all, EVENT_MAIL_VERDICT, f);
}

void
events_fate(struct events *all, const struct carry *c)
{
	crypto(all, c);
	for (size_t i = 0; i < c->plan->count; i++) {
		const struct group *g = &c->plan->groups[i];

		if (quarantine_holds(g))
			held(all, c, g);
		if (g->effect == VERDICT_HOLD)
			waits(all, c, g);
		decided(all, c, g);
	}
}
