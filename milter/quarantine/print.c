/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>

#include "milter/base/count.h"
#include "milter/base/text.h"
#include "milter/quarantine/print.h"
#include "milter/base/banned.h"

enum { LINE = 4096 };

/* The printable text of a field; "" when there is none. */
static const char *
shown(const json_t *o, const char *key, char *out, size_t size)
{
	json_t *value = json_object_get(o, key);
	const char *s = json_string_value(value);

	if (json_is_integer(value)) {
		snprintf(out, size, "%" JSON_INTEGER_FORMAT,
		    json_integer_value(value));
		return out;
	}
	text_printable(out, size, s == NULL ? "" : s,
	    s == NULL ? 0 : strlen(s));
	return out;
}

/* "held+copy": a copy without some parts was delivered. */
static const char *
shown_state(const json_t *meta, char *out, size_t size)
{
	char state[32];

	snprintf(out, size, "%s%s", shown(meta, "state", state, sizeof state),
	    json_array_size(json_object_get(meta, "removed")) > 0 ? "+copy"
								  : "");
	return out;
}

void
print_table(const json_t *list)
{
	const char *const format =
	    "%-26s  %-14s  %-20.19s  %-12s  %-13s  %-32s  %s\n";
	char state[48], created[64], class[16], sender[40], subject[160];
	char id[32], campaign[16];
	json_t *m;
	size_t i;

	printf(format, "ID", "STATE", "HELD SINCE (UTC)", "CLASS", "CAMPAIGN",
	    "SENDER", "SUBJECT");
	json_array_foreach(list, i, m)
	{
		shown(m, "sender", sender, sizeof sender);
		printf(format, shown(m, "id", id, sizeof id),
		    shown_state(m, state, sizeof state),
		    shown(m, "created", created, sizeof created),
		    shown(m, "class", class, sizeof class),
		    shown(m, "campaign", campaign, sizeof campaign),
		    sender[0] == '\0' ? "<>" : sender,
		    shown(m, "subject", subject, sizeof subject));
	}
	printf("%zu message%s\n", json_array_size(list),
	    json_array_size(list) == 1 ? "" : "s");
}

static void
print_list(const json_t *meta, const char *key, const char *title)
{
	char text[LINE];
	json_t *item;
	size_t i;

	json_array_foreach(json_object_get(meta, key), i, item)
	{
		const char *s = json_string_value(item);

		if (s == NULL)
			continue;
		text_printable(text, sizeof text, s, strlen(s));
		printf("%-12s %s\n", i == 0 ? title : "", text);
	}
}

static void
print_facts(const json_t *meta)
{
	char name[128], severity[16], part[128], evidence[LINE];
	char en[LINE], ja[LINE];
	json_t *f;
	size_t i;

	json_array_foreach(json_object_get(meta, "facts"), i, f)
	{
		shown(f, "part", part, sizeof part);
		shown(f, "evidence", evidence, sizeof evidence);
		printf("\n%s (%s)%s%s\n    %s\n    %s\n",
		    shown(f, "name", name, sizeof name),
		    shown(f, "severity", severity, sizeof severity),
		    part[0] == '\0' ? "" : ", part ", part,
		    shown(f, "en", en, sizeof en),
		    shown(f, "ja", ja, sizeof ja));
		if (evidence[0] != '\0')
			printf("    %s\n", evidence);
	}
}

static void
print_parts(const json_t *meta)
{
	char path[128], type[160], name[LINE], size[32], inspected[256];
	json_t *p;
	size_t i;

	if (json_array_size(json_object_get(meta, "parts")) > 0)
		printf("\nParts:\n");
	json_array_foreach(json_object_get(meta, "parts"), i, p)
	    printf("%-10s %-32s %10s  inspected: %s  %s\n",
		shown(p, "path", path, sizeof path),
		shown(p, "type", type, sizeof type),
		shown(p, "size", size, sizeof size),
		shown(p, "inspected", inspected, sizeof inspected),
		shown(p, "name", name, sizeof name));
}

void
print_held(const json_t *meta)
{
	static const struct {
		const char *key, *title;
	} rows[] = {
		{ "id", "ID" },
		{ "state", "State" },
		{ "created", "Held since" },
		{ "queue_id", "Queue ID" },
		{ "msg", "Message" },
		{ "class", "Class" },
		{ "campaign", "Campaign" },
		{ "rule", "Rule" },
		{ "basis", "Basis" },
		{ "sender", "Sender" },
		{ "from", "From" },
		{ "subject", "Subject" },
		{ "client_ip", "Client" },
		{ "helo", "HELO" },
		{ "auth_user", "Signed in as" },
		{ "size", "Bytes" },
		{ "sha256", "SHA-256" },
		{ "seen_count", "Times sent" },
		{ "who", "Decided by" },
		{ "when", "Decided at" },
		{ "note", "Reason" },
	};
	char text[LINE];

	for (size_t i = 0; i < COUNT(rows); i++)
		if (shown(meta, rows[i].key, text, sizeof text)[0] != '\0')
			printf("%-12s %s\n", rows[i].title, text);
	print_list(meta, "rcpts", "Recipients");
	print_list(meta, "removed", "Sent without");
	print_list(meta, "urls", "Links");
	print_parts(meta);
	print_facts(meta);
}
