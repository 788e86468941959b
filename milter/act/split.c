/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <unistd.h>

#include "milter/act/carry.h"
#include "milter/act/edit.h"
#include "milter/base/banned.h"

/* One copy as it will leave: what is done to the message in the MTA's hands is
 * done to one of our own. */
static int
make_message(struct carry *c, const struct copy *copy, struct reason *why)
{
	struct act a = *c->a;
	struct carry alone = *c;
	struct edit edit;
	int fd = -1;

	edit_begin(&edit, &c->fields);
	a.mta = &edit.mta;
	alone.a = &a;
	if (carry_apply(&alone, copy) == 0)
		fd = edit_write(&edit, why);
	else
		*why = alone.why;
	edit_end(&edit);
	return fd;
}

static int
make_messages(struct carry *c, struct spool_copy *out)
{
	for (size_t i = 0; i < c->copies.count; i++) {
		const struct copy *copy = &c->copies.list[i];

		out[i].rcpts = copy->rcpts;
		out[i].count = copy->count;
		out[i].method = copy->seal == NULL
				    ? "none"
				    : seal_method_name(copy->seal->method);
		out[i].message = make_message(c, copy, &c->why);
		if (out[i].message == -1)
			return -1;
	}
	return 0;
}

int
split_prepare(struct carry *c)
{
	struct spool_copy *out = calloc(c->copies.count, sizeof *out);
	int failed = -1;

	if (out == NULL)
		return reason_set(&c->why, "no memory for the copies");
	for (size_t i = 0; i < c->copies.count; i++)
		out[i].message = -1;
	if (make_messages(c, out) == 0)
		failed = spool_put(c->a->spool, c->a->message, c->a->envelope,
		    out, c->copies.count, c->spooled, &c->why);
	for (size_t i = 0; i < c->copies.count; i++)
		if (out[i].message != -1)
			close(out[i].message);
	free(out);
	return failed == 0 ? 0 : reason_prefix(&c->why, "spool");
}

int
split_commit(struct carry *c)
{
	if (spool_commit(c->a->spool, c->spooled, &c->why) == -1)
		return reason_prefix(&c->why, "spool");
	return 0;
}

void
split_abort(struct carry *c)
{
	if (c->spooled[0] != '\0')
		spool_abort(c->a->spool, c->spooled);
	c->spooled[0] = '\0';
}
