/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "milter/run/doctor.h"
#include "milter/base/banned.h"

enum { LINE = 1024, SHOWN = 20 };

/* "TRANSPORT:NEXT-HOP" that leads nowhere: to port 1 of this host. */
static bool
is_dead_end(const char *transport)
{
	const char *hop = strchr(transport, ':');

	return hop != NULL && (strcmp(hop + 1, "[127.0.0.1]:1") == 0 ||
				  strcmp(hop + 1, "[::1]:1") == 0);
}

/* What delivers nothing, whatever the next hop. */
static bool
is_harmless(const char *transport)
{
	return strncmp(transport, "error:", 6) == 0 ||
	       strncmp(transport, "retry:", 6) == 0 ||
	       strncmp(transport, "discard:", 8) == 0 || is_dead_end(transport);
}

/* The service of the fence must not have another way out. */
static void
check_fallback(struct doctor *d, const struct postfix *p, const char *transport)
{
	size_t len = strcspn(transport, ":");

	for (size_t i = 0; i < p->services_count; i++) {
		const struct postfix_service *s = &p->services[i];

		if (strlen(s->name) == len &&
		    strncmp(s->name, transport, len) == 0 &&
		    postfix_value(p, s, "smtp_fallback_relay")[0] != '\0')
			outcomes_say(&d->outcomes, OUTCOME_FAILED, "fence",
			    "%s: smtp_fallback_relay leads out of the dead "
			    "end: set it to nothing for this service",
			    s->name);
	}
}

static bool
has_default(struct doctor *d, const struct postfix *p)
{
	char transport[LINE];

	snprintf(transport, sizeof transport, "%s",
	    postfix_value(p, NULL, "default_transport"));
	if (!is_dead_end(transport))
		return false;
	check_fallback(d, p, transport);
	return true;
}

/* Entries of a table in a file: those for other sites lead around the fence. */
static void
check_table(struct doctor *d, const char *setting, const char *path)
{
	FILE *f = fopen(path, "r");
	char line[LINE], domain[LINE], transport[LINE];
	int shown = 0;

	if (f == NULL) {
		outcomes_say(&d->outcomes, OUTCOME_WARNING, "fence",
		    "%s: %s cannot be read: see by yourself whether it leads "
		    "other sites' mail around the fence",
		    setting, path);
		return;
	}
	while (fgets(line, sizeof line, f) != NULL && shown < SHOWN) {
		const char *at;

		if (sscanf(line, "%1023s %1023s", domain, transport) != 2 ||
		    domain[0] == '#' || is_harmless(transport))
			continue;
		at = strrchr(domain, '@');
		at = at != NULL ? at + 1 : domain;
		if (places_own_domain(d->places, at))
			continue;
		shown++;
		outcomes_say(&d->outcomes, OUTCOME_FAILED, "fence",
		    "%s: %s leads around the fence, to %s", path, domain,
		    transport);
	}
	fclose(f);
}

static void
check_tables(struct doctor *d, const struct postfix *p, const char *setting)
{
	char copy[8 * LINE], word[LINE];
	const char *list = copy;

	snprintf(copy, sizeof copy, "%s", postfix_value(p, NULL, setting));
	while (postfix_word(&list, word, sizeof word)) {
		const char *path = strchr(word, ':');

		if (path != NULL && path[1] == '/')
			check_table(d, setting, path + 1);
		else
			outcomes_say(&d->outcomes, OUTCOME_WARNING, "fence",
			    "%s = %s cannot be looked into: see by yourself "
			    "whether it leads other sites' mail around the "
			    "fence",
			    setting, word);
	}
}

static void
check_ways_around(struct doctor *d, const struct postfix *p)
{
	static const char *const tables[] = { "transport_maps",
		"sender_dependent_default_transport_maps" };
	static const char *const transports[] = { "relay_transport",
		"content_filter", "fallback_transport" };

	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
		check_tables(d, p, tables[i]);
	for (size_t i = 0; i < sizeof transports / sizeof *transports; i++) {
		char value[LINE];
		bool unused = i == 0 && postfix_value(p, NULL,
					    "relay_domains")[0] == '\0';

		snprintf(value, sizeof value, "%s",
		    postfix_value(p, NULL, transports[i]));
		if (!unused && value[0] != '\0' && !is_harmless(value))
			outcomes_say(&d->outcomes, OUTCOME_FAILED, "fence",
			    "%s = %s leads around the fence", transports[i],
			    value);
	}
}

void
doctor_fence(struct doctor *d, const struct postfix *p)
{
	bool stands = has_default(d, p);

	if (!stands && !d->conf->fence) {
		outcomes_say(&d->outcomes, OUTCOME_WARNING, "fence",
		    "there is no second fence: where the filter is passed by, "
		    "mail leaves in clear (contrib/postfix/main.cf.fence)");
		return;
	}
	if (stands != d->conf->fence)
		outcomes_say(&d->outcomes, OUTCOME_FAILED, "fence",
		    stands ? "default_transport is a dead end, and fence is "
			     "off: no mail leaves"
			   : "fence is on, and default_transport = %s is no "
			     "dead end",
		    postfix_value(p, NULL, "default_transport"));
	if (postfix_value(p, NULL, "milter_header_checks")[0] == '\0')
		outcomes_say(&d->outcomes, OUTCOME_FAILED, "fence",
		    "milter_header_checks is empty: the filter's pass opens "
		    "nothing, no mail leaves");
	if (postfix_value(p, NULL, "smtp_header_checks")[0] == '\0')
		outcomes_say(&d->outcomes, OUTCOME_WARNING, "fence",
		    "smtp_header_checks is empty: the filter's pass is seen "
		    "outside");
	if (stands)
		check_ways_around(d, p);
	if (stands && d->conf->fence)
		outcomes_say(&d->outcomes, OUTCOME_OK, "fence",
		    "only mail with the filter's pass leaves");
}
