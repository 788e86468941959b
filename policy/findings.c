/* SPDX-License-Identifier: ISC */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/findings.h"
#include "policy/keep.h"
#include "milter/base/banned.h"

struct findings *
findings_new(void)
{
	struct findings *f = keep_room(sizeof *f);

	findings_text(&f->engine, "");
	findings_text(&f->subject, "");
	findings_text(&f->message_id, "");
	findings_text(&f->from, "");
	findings_text(&f->campaign, "");
	return f;
}

static void
free_parts(struct findings *f)
{
	for (size_t i = 0; i < f->parts_count; i++) {
		free(f->parts[i].path);
		free(f->parts[i].name);
		free(f->parts[i].type);
		free(f->parts[i].reason);
	}
	free(f->parts);
}

static void
free_urls(struct findings *f)
{
	for (size_t i = 0; i < f->urls_count; i++) {
		free(f->urls[i].url);
		free(f->urls[i].host);
	}
	free(f->urls);
}

void
findings_free(struct findings **f)
{
	if (*f == NULL)
		return;
	for (size_t i = 0; i < (*f)->facts_count; i++)
		free((*f)->facts[i].evidence);
	free((*f)->facts);
	free_parts(*f);
	free_urls(*f);
	free((*f)->engine);
	free((*f)->subject);
	free((*f)->message_id);
	free((*f)->from);
	free((*f)->campaign);
	free(*f);
	*f = NULL;
}

static void
drop(struct findings *f)
{
	f->dropped++;
	if (f->kinds[FACT_SCAN_LIMIT] == 0)
		findings_fact(f, FACT_SCAN_LIMIT, -1, 0,
		    "more facts, parts or links than are kept");
}

/* The first of each kind has its place whatever came before it: an attacker
 * who makes a thousand harmless facts cannot crowd out the one that counts. */
static bool
has_room(const struct findings *f, enum fact fact)
{
	return f->kinds[fact] == 0 || (f->kinds[fact] < FINDINGS_PER_FACT &&
					  f->facts_count < FINDINGS_FACTS);
}

static void
add_fact(struct findings *f, const struct found *stated)
{
	struct found *new;

	if (!has_room(f, stated->fact)) {
		drop(f);
		return;
	}
	f->facts = keep_more(f->facts, f->facts_count, sizeof *f->facts);
	new = &f->facts[f->facts_count++];
	*new = *stated;
	new->evidence = keep_printable(stated->evidence, FINDINGS_EVIDENCE);
	f->kinds[stated->fact]++;
}

void
findings_fact(struct findings *f, enum fact fact, int part, uint64_t offset,
    const char *evidence, ...)
{
	/* Longer than what is kept, so that text_printable() marks the cut. */
	char text[2 * FINDINGS_EVIDENCE];
	struct found stated = { fact, part, offset, text };
	va_list args;

	va_start(args, evidence);
	vsnprintf(text, sizeof text, evidence, args);
	va_end(args);
	add_fact(f, &stated);
}

int
findings_part(struct findings *f, const struct seen_part *part)
{
	struct seen_part *new;

	if (f->parts_count == FINDINGS_PARTS) {
		drop(f);
		return -1;
	}
	f->parts = keep_more(f->parts, f->parts_count, sizeof *f->parts);
	new = &f->parts[f->parts_count];
	*new = *part;
	new->path = keep_printable(part->path, FINDINGS_PATH);
	new->name = keep_printable(part->name, FINDINGS_NAME);
	new->type = keep_printable(part->type, FINDINGS_TYPE);
	new->reason = keep_printable(part->reason, FINDINGS_EVIDENCE);
	return (int)f->parts_count++;
}

int
findings_url(struct findings *f, const struct seen_url *url)
{
	struct seen_url *new;

	if (f->urls_count == FINDINGS_URLS) {
		drop(f);
		return -1;
	}
	f->urls = keep_more(f->urls, f->urls_count, sizeof *f->urls);
	new = &f->urls[f->urls_count];
	new->part = url->part;
	new->url = keep_printable(url->url, FINDINGS_URL);
	new->host = keep_printable(url->host, FINDINGS_NAME);
	return (int)f->urls_count++;
}

void
findings_text(char **field, const char *text)
{
	free(*field);
	*field = keep_printable(text, FINDINGS_EVIDENCE);
}

const struct found *
findings_has(const struct findings *f, enum fact fact)
{
	if (f->kinds[fact] == 0)
		return NULL;
	for (size_t i = 0; i < f->facts_count; i++)
		if (f->facts[i].fact == fact)
			return &f->facts[i];
	return NULL;
}

/* A part of `other` by its index there, as an index into f; -1 when f had no
 * room for it. */
static int
moved(const struct findings *f, size_t first, int part)
{
	if (part < 0 || first + (size_t)part >= f->parts_count)
		return -1;
	return (int)first + part;
}

static void
merge_text(char **field, const char *text)
{
	if (**field == '\0')
		findings_text(field, text);
}

void
findings_merge(struct findings *f, const struct findings *other)
{
	size_t first = f->parts_count;

	for (size_t i = 0; i < other->parts_count; i++)
		findings_part(f, &other->parts[i]);
	for (size_t i = 0; i < other->facts_count; i++) {
		struct found fact = other->facts[i];

		fact.part = moved(f, first, fact.part);
		add_fact(f, &fact);
	}
	for (size_t i = 0; i < other->urls_count; i++) {
		struct seen_url url = other->urls[i];

		url.part = moved(f, first, url.part);
		findings_url(f, &url);
	}
	merge_text(&f->engine, other->engine);
	merge_text(&f->subject, other->subject);
	merge_text(&f->message_id, other->message_id);
	merge_text(&f->from, other->from);
	if (f->db_time == 0) {
		f->db_time = other->db_time;
		f->signatures = other->signatures;
	}
	/* The servers work at the same time. */
	if (f->milliseconds < other->milliseconds)
		f->milliseconds = other->milliseconds;
	f->dropped += other->dropped;
	f->finished = f->finished && other->finished;
}
