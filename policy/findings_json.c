/* SPDX-License-Identifier: ISC */
#include <stdio.h>

#include "policy/policy.h"
#include "milter/base/banned.h"

/* The path of the part, "" for the whole message. */
static const char *
part_path(const struct findings *f, int part)
{
	if (part < 0 || (size_t)part >= f->parts_count)
		return "";
	return f->parts[part].path;
}

json_t *
findings_facts_json(const struct findings *f)
{
	json_t *facts = json_array();

	for (size_t i = 0; i < f->facts_count; i++) {
		const struct found *found = &f->facts[i];
		const struct fact_row *row = fact_row(found->fact);

		json_array_append_new(facts,
		    json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "name",
			row->name, "severity", severity_name(row->severity),
			"part", part_path(f, found->part), "evidence",
			found->evidence, "en", row->en, "ja", row->ja));
	}
	return facts;
}

static json_t *
inspected_json(const struct seen_part *part)
{
	if (part->inspected == INSPECTED_NOT)
		return json_sprintf("not: %s", part->reason);
	return json_string(
	    part->inspected == INSPECTED_FOUND ? "found" : "yes");
}

json_t *
findings_parts_json(const struct findings *f)
{
	json_t *parts = json_array();

	for (size_t i = 0; i < f->parts_count; i++) {
		const struct seen_part *part = &f->parts[i];
		char hex[HASH_HEX];

		hash_hex(part->sha256, hex);
		json_array_append_new(parts,
		    json_pack("{s:s, s:s, s:s, s:I, s:s, s:o}", "path",
			part->path, "name", part->name, "type", part->type,
			"size", (json_int_t)part->size, "sha256", hex,
			"inspected", inspected_json(part)));
	}
	return parts;
}

json_t *
findings_urls_json(const struct findings *f)
{
	json_t *urls = json_array();

	for (size_t i = 0; i < f->urls_count; i++)
		json_array_append_new(urls, json_string(f->urls[i].url));
	return urls;
}
