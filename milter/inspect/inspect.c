/* SPDX-License-Identifier: ISC */
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>

#include "milter/base/count.h"
#include "milter/inspect/filetype.h"
#include "milter/inspect/engine.h"
#include "milter/inspect/inspect.h"

#define INSPECTOR(name) extern const struct inspector inspect_##name;
#include "milter/inspect/registry.inc"
#undef INSPECTOR

static const struct inspector *const inspectors[] = {
#define INSPECTOR(name) &inspect_##name,
#include "milter/inspect/registry.inc"
#undef INSPECTOR
};

#include "milter/base/banned.h"

int
inspect_prepare(const struct conf *conf, struct reason *why)
{
	/* libarchive gives names in the locale's characters, or none. */
	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		return reason_set(why, "the locale C.UTF-8 is missing");
	if (filetype_prepare(why) == -1)
		return -1;
	for (size_t n = 0; n < COUNT(inspectors); n++)
		if (inspectors[n]->prepare != NULL &&
		    inspectors[n]->prepare(conf, why) == -1)
			return reason_prefix(why, "looking for %s",
			    inspectors[n]->looks_for);
	return 0;
}

static struct seen_part *
seen(const struct inspection *i, const struct part *part)
{
	if ((size_t)part->index >= i->findings->parts_count)
		return NULL;
	return &i->findings->parts[part->index];
}

void
inspect_fact(const struct inspection *i, enum fact fact,
    const struct part *part, const char *evidence, ...)
{
	char text[2 * FINDINGS_EVIDENCE];
	va_list args;

	va_start(args, evidence);
	vsnprintf(text, sizeof text, evidence, args);
	va_end(args);
	findings_fact(i->findings, fact,
	    part != NULL && seen(i, part) != NULL ? part->index : -1, 0, "%s",
	    text);
}

bool
inspect_leaves(const struct inspection *i)
{
	const struct envelope *e = i->envelope;

	if (e->inside)
		return true;
	for (size_t n = 0; n < e->rcpts_count; n++)
		if (e->rcpts[n].direction == DIRECTION_OUTBOUND)
			return true;
	return false;
}

void
inspect_not(struct inspection *i, const struct part *part, const char *reason)
{
	struct seen_part *s = seen(i, part);

	if (s == NULL || s->inspected == INSPECTED_FOUND ||
	    s->reason[0] != '\0')
		return;
	s->inspected = INSPECTED_NOT;
	findings_text(&s->reason, reason);
}

/* A leaf is "not inspected" until the engine says otherwise; a container has
 * no bytes of its own. */
static void
add_part(struct inspection *i, const struct part *p)
{
	const char *type = i->filetypes[p->index].type;
	struct seen_part s = { .path = (char *)p->path,
		.name = p->names == NULL ? "" : (char *)p->names->name,
		.type = type == NULL ? (char *)p->type : (char *)type,
		.size = p->size,
		.begin = p->begin,
		.end = p->end,
		.inspected = p->bytes == NULL ? INSPECTED_CLEAN : INSPECTED_NOT,
		.reason = "" };

	for (size_t n = 0; n < HASH_BYTES; n++)
		s.sha256[n] = p->sha256[n];
	findings_part(i->findings, &s);
}

static void
add_links(struct inspection *i, const struct part *p)
{
	for (const struct link *l = p->links; l != NULL; l = l->next) {
		struct seen_url u = { .part =
					  seen(i, p) == NULL ? -1 : p->index,
			.url = (char *)l->url,
			.host = (char *)l->host };

		findings_url(i->findings, &u);
	}
}

static void
describe(struct findings *f, const struct message *m)
{
	const struct engine_info *e = engine_info();

	findings_text(&f->engine, e->version);
	f->db_time = e->db_time;
	f->signatures = e->signatures;
	findings_text(&f->subject, m->subject);
	findings_text(&f->from, m->from);
	findings_text(&f->message_id, m->message_id);
}

void
inspect_message(struct inspection *i)
{
	const struct message *m = i->message;

	i->filetypes = filetype_all(m);
	describe(i->findings, m);
	for (const struct part *p = m->root; p != NULL; p = p->next)
		add_part(i, p);
	for (const struct part *p = m->root; p != NULL; p = p->next)
		add_links(i, p);
	for (size_t n = 0; n < COUNT(inspectors); n++)
		inspectors[n]->run(i);
	i->findings->finished = true;
}
