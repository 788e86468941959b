/* SPDX-License-Identifier: ISC */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "milter/act/carry.h"
#include "milter/act/notice.h"
#include "milter/base/file.h"
#include "milter/base/banned.h"

enum { NOTICE_MOST = 2 << 20 };

/* Writes the message up to the cut, and the notice for it. */
static int
write_cut(struct carry *c, const struct cut *cut, size_t from, int copy)
{
	struct buf notice;
	int answer = -1;

	buf_init(&notice, NOTICE_MOST);
	if (notice_add(&notice, c, cut, &c->whole) == 0 &&
	    file_write(copy, c->fields.bytes + from, cut->begin - from,
		&c->whole) == 0)
		answer = file_write(copy, notice.data, notice.len, &c->whole);
	buf_free(&notice);
	return answer;
}

/* All that is not cut out stays as it was, byte for byte. */
static int
write_copy(struct carry *c, int copy)
{
	size_t from = 0;

	for (size_t i = 0; i < c->cuts.count; i++) {
		if (write_cut(c, &c->cuts.list[i], from, copy) == -1)
			return -1;
		from = c->cuts.list[i].end;
	}
	return file_write(copy, c->fields.bytes + from, c->fields.size - from,
	    &c->whole);
}

static int
make_copy(struct carry *c)
{
	int copy;

	if (cuts_find(&c->cuts, c->plan, c->a->findings, &c->fields,
		&c->whole) == -1)
		return -1;
	copy = memfd_create("copy", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (copy == -1) {
		reason_errno(&c->whole, "a copy");
		return -1;
	}
	if (write_copy(c, copy) == 0)
		return copy;
	close(copy);
	return -1;
}

static void
judge_group(struct carry *c, const struct group *g, const struct findings *f)
{
	struct verdict v;

	for (size_t i = 0; i < g->count; i++) {
		policy_decide(c->a->policy, f, c->a->envelope, g->rcpts[i], &v);
		if (v.kind >= c->again.kind)
			c->again = v;
	}
}

/* The copy must be good by the same inspection and the same policy. */
static int
passes(struct carry *c, int copy)
{
	struct findings *f = c->a->inspect(c->a->context, copy);
	bool finished = f->finished;

	c->again.kind = VERDICT_DELIVER;
	for (size_t i = 0; i < c->plan->count; i++)
		if (c->plan->groups[i].effect == VERDICT_SANITISE)
			judge_group(c, &c->plan->groups[i], f);
	findings_free(&f);
	if (finished && c->again.kind <= VERDICT_TAG)
		return 0;
	return reason_set(&c->whole, "%s, without the parts",
	    finished ? c->again.rule : "inspection did not finish");
}

/* Staff must see with the held message that a copy of it was delivered. */
static int
note_group(struct carry *c, const struct group *g, const struct cuts *cuts,
    struct reason *why)
{
	return quarantine_note(c->a->quarantine, g->held,
	    json_pack("{s:o}", "removed", cuts_json(cuts)), why);
}

static int
note(struct carry *c)
{
	for (size_t i = 0; i < c->plan->count; i++)
		if (c->plan->groups[i].effect == VERDICT_SANITISE &&
		    note_group(c, &c->plan->groups[i], &c->cuts, &c->whole) ==
			-1)
			return -1;
	return 0;
}

static void
hold_whole(struct carry *c)
{
	static const struct cuts none;
	struct reason unused;

	for (size_t i = 0; i < c->plan->count; i++) {
		struct group *g = &c->plan->groups[i];

		if (g->effect != VERDICT_SANITISE)
			continue;
		/* An earlier attempt may have noted a copy that the MTA then
		 * did not take. */
		if (g->seen > 1)
			(void)note_group(c, g, &none, &unused);
		g->effect = VERDICT_QUARANTINE;
	}
	c->plan->answer = VERDICT_QUARANTINE;
}

void
sanitise_prepare(struct carry *c)
{
	struct copies_source from = { .plan = c->plan,
		.e = c->a->envelope,
		.apart = c->a->conf->fence };
	int copy = make_copy(c);

	if (copy != -1 && passes(c, copy) == 0 && note(c) == 0)
		(void)copies_sanitised(&c->copies, &from, &copy, &c->whole);
	if (copy != -1)
		close(copy);
	if (c->copies.count == 0)
		hold_whole(c);
}

/* Tells what was decided of the message as it came, and marks the Subject
 * where the copy itself is suspicious. */
static int
mark(struct carry *c)
{
	const struct group *g = c->plan->groups;

	while (g->verdict.kind != VERDICT_SANITISE)
		g++;
	if (tag_header(c, g) == -1)
		return -1;
	return c->again.kind == VERDICT_TAG ? tag_subjects(c, &c->again) : 0;
}

int
sanitise_apply(struct carry *c, int copy)
{
	struct fields fields;
	int answer = -1;

	/* The body first: should the rest fail, nothing dangerous is left. */
	if (fields_open(&fields, copy, &c->why) == 0) {
		if (carry_body(c->a->mta, &fields) == 0 && mark(c) == 0)
			answer = 0;
		else
			reason_set(&c->why, "the MTA did not take the copy");
	}
	fields_close(&fields);
	return answer;
}
