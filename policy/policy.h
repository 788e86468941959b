/* SPDX-License-Identifier: ISC */
#ifndef SKM_POLICY_POLICY_H
#define SKM_POLICY_POLICY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "milter/base/reason.h"
#include "policy/envelope.h"
#include "policy/findings.h"

/*
 * Facts, envelope and recipient -> verdict, by rules that security staff read.
 *
 * A policy is a pure function: no I/O, no clock, no memory of other mail. The
 * same facts give the same verdict in the daemon, in `sekimorictl scan`, and a
 * year later in `policy explain`. The language is in sekimori-policy(5).
 */
enum verdict_kind {
#define VERDICT(id, name, en, ja) VERDICT_##id,
#include "policy/verdicts.def"
#undef VERDICT
	VERDICT_COUNT
};

enum { POLICY_OBSERVED = 8, POLICY_TEXT = 256 };

/* What the policy says for one recipient. Strings belong to the policy. */
struct verdict {
	enum verdict_kind kind;
	int score;
	const char *rule; /* name of the rule that decided */
	int line; /* its line in the policy file */
	const char *basis; /* what the rule rests on */
	const char *class; /* quarantine, sanitise: class for the reviewer;
			    * hold: "hold"; or "" */
	int64_t seconds; /* hold: for how long */
	const char *text; /* refuse: text for the sender, or "" */
	const char *prefix; /* tag: Subject prefix, or "" = the setting's */
	/* The facts that the rule asks for: sanitise takes out the parts in
	 * which they were found. */
	bool named[FACT_COUNT];
	/* rules with `observe` that would have decided, in order */
	struct {
		const char *rule;
		enum verdict_kind kind;
	} observed[POLICY_OBSERVED];
	size_t observed_count;
};

struct policy;

/* Reads a policy file; freed by policy_free(). NULL with "file:line: ..." in
 * why for anything unknown, doubled, unreachable or malformed. */
struct policy *policy_load(const char *path, struct reason *why);
void policy_free(struct policy **p);

/* SHA-256 of the file's bytes, hex: rules_hash of the events. */
const char *policy_hash(const struct policy *p);

/* How many rules it has, and the name of the policy. */
size_t policy_rules(const struct policy *p);
const char *policy_name(const struct policy *p);

/*
 * The verdict for recipient number rcpt of e. Rules that say hold are asked for
 * recipients outside only, and when e->waited no more. Findings that are not finished
 * count as having scan.unfinished; where no rule that asks for it decides, a
 * verdict weaker than quarantine becomes defer by rule "(unfinished)".
 */
void policy_decide(const struct policy *p, const struct findings *f,
    const struct envelope *e, size_t rcpt, struct verdict *v);

/* "deliver", "tag", ...: the name in policies, events and headers. */
const char *verdict_name(enum verdict_kind kind);

/* What the verdict does, for a person; belongs to the program. */
const char *verdict_text(enum verdict_kind kind, bool japanese);

/* The verdict of that name, or VERDICT_COUNT when there is none. */
enum verdict_kind verdict_named(const char *name);

/* The facts array of `sekimorictl scan --json` and of mail.verdict events:
 * name, severity, part, evidence, en, ja. New reference. */
json_t *findings_facts_json(const struct findings *f);

/* The parts array: path, name, type, size, sha256, inspected ("yes", "found"
 * or "not: reason"). New reference. */
json_t *findings_parts_json(const struct findings *f);

/* The urls array: strings. New reference. */
json_t *findings_urls_json(const struct findings *f);

#endif
