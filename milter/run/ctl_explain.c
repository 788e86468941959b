/* SPDX-License-Identifier: ISC */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "milter/base/command.h"
#include "milter/record/event.h"
#include "milter/record/find.h"
#include "milter/run/ctl.h"
#include "policy/policy.h"
#include "milter/base/banned.h"

/*
 * Explains from the record, not from today's rules: what was decided stays
 * decided. It is said when the rules have changed since.
 */
static void
print_recipients(const json_t *event, bool ja)
{
	const json_t *list = json_object_get(event, "env_to");
	json_int_t all =
	    json_integer_value(json_object_get(event, "env_to_count"));
	size_t i;
	json_t *to;

	printf(ja ? "  宛先: " : "  for ");
	json_array_foreach(list, i, to)
	    printf("%s%s", i > 0 ? ", " : "", json_string_value(to));
	if ((size_t)all > json_array_size(list))
		printf(ja ? " ほか（全%lld件）" : " ... (%lld in all)",
		    (long long)all);
	putchar('\n');
}

static void
print_fact(const json_t *found, bool ja)
{
	enum fact fact = fact_named(event_text(found, "name"));
	const char *evidence = event_text(found, "evidence");

	if (fact == FACT_COUNT) {
		printf("  - %s", event_text(found, "name"));
	} else {
		const struct fact_row *row = fact_row(fact);

		printf("  - %s (%s)", ja ? row->ja : row->en, row->name);
	}
	printf("%s%s\n", evidence[0] != '\0' ? ": " : "", evidence);
}

static void
print_facts(const json_t *event, bool ja)
{
	const json_t *findings = json_object_get(event, "findings");
	json_t *found;
	size_t i;

	if (json_array_size(findings) == 0)
		puts(ja ? "  特記すべき事実はありませんでした。"
			: "  Nothing was found.");
	json_array_foreach(findings, i, found) print_fact(found, ja);
}

static void
print_observed(const json_t *event, bool ja)
{
	const json_t *observed = json_object_get(event, "observed");
	json_t *one;
	size_t i;

	json_array_foreach(observed, i, one)
	    printf(ja ? "  観察中の規則 %s は %s と判定しました。\n"
		      : "  The observed rule %s would have said %s.\n",
		event_text(one, "rule"), event_text(one, "verdict"));
}

static void
print_copy(const json_t *event, bool ja)
{
	const char *whole = event_text(event, "whole");
	json_t *part;
	size_t i;

	json_array_foreach(json_object_get(event, "removed"), i, part)
	    printf(ja ? "  除去した部分: %s\n" : "  without part %s\n",
		json_string_value(part));
	if (whole[0] != '\0')
		printf(ja ? "  除去できなかったため全体を隔離: %s\n"
			  : "  held whole, not sanitised: %s\n",
		    whole);
}

static void
print_event(const struct conf *conf, const json_t *event, bool ja)
{
	enum verdict_kind kind = verdict_named(event_text(event, "verdict"));
	const char *what = kind == VERDICT_COUNT ? event_text(event, "verdict")
						 : verdict_text(kind, ja);
	const char *held = event_text(event, "q");
	struct policy *policy;
	struct reason why;

	printf(ja ? "%s %s（%s）: 規則 %s により「%s」（根拠: %s）\n"
		  : "%s %s (%s): by rule %s: %s (basis: %s)\n",
	    event_text(event, "ts"), event_text(event, "msg"),
	    event_text(event, "queue_id"), event_text(event, "rule"), what,
	    event_text(event, "basis"));
	print_recipients(event, ja);
	print_facts(event, ja);
	print_observed(event, ja);
	print_copy(event, ja);
	if (held[0] != '\0')
		printf(ja ? "  隔離番号: %s\n" : "  held as %s\n", held);
	policy = policy_load(conf->policy_file, &why);
	if (policy != NULL &&
	    strcmp(policy_hash(policy), event_text(event, "rules_hash")) != 0)
		puts(ja ? "  （判定後に規則が変更されています。）"
			: "  (The rules have changed since.)");
	policy_free(&policy);
}

int
ctl_policy_explain(const struct conf *conf, int argc, char **argv)
{
	bool json = command_flag(&argc, argv, "--json");
	const char *lang = command_option(&argc, argv, "--lang");
	struct reason why;
	json_t *events, *event;
	size_t i;

	if (argc != 2 || command_unknown(argc, argv) != NULL ||
	    (lang != NULL && strcmp(lang, "ja") != 0 &&
		strcmp(lang, "en") != 0)) {
		fputs("usage: sekimorictl policy explain QUEUE-ID|ID "
		      "[--lang ja|en] [--json]\n",
		    stderr);
		return COMMAND_USAGE;
	}
	events = find_verdicts(conf, argv[1], &why);
	if (events == NULL) {
		fprintf(stderr, "sekimorictl: %s\n", why.text);
		return COMMAND_FAILED;
	}
	if (json) {
		command_print_json(events);
		return COMMAND_OK;
	}
	json_array_foreach(events, i, event)
	    print_event(conf, event, lang != NULL && lang[0] == 'j');
	json_decref(events);
	return COMMAND_OK;
}
