/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/act/carry.h"
#include "milter/base/clock.h"
#include "milter/base/banned.h"

enum { VALUE_MAX = 65536, CHUNK = 65535 };

static void
ask_for(struct carry *c, const struct group *g)
{
	for (size_t i = 0; i < g->count; i++)
		c->asked.rcpts[c->asked.count++] =
		    c->a->envelope->rcpts[g->rcpts[i]].address;
}

static size_t
recipients(const struct plan *plan)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->count; i++)
		if (plan->groups[i].effect == VERDICT_ENCRYPT)
			n += plan->groups[i].count;
	return n;
}

static void
refuse_all(struct carry *c)
{
	for (size_t i = 0; i < c->plan->count; i++)
		c->plan->groups[i].effect = VERDICT_REFUSE;
	c->plan->answer = VERDICT_REFUSE;
}

static int
judge(struct carry *c)
{
	if (c->seal->copies_count > 0)
		return 0;
	if (c->seal->temporary)
		return reason_set(&c->why, "seal: %s", c->seal->reasons[0]);
	refuse_all(c);
	refuse_unsealed(c);
	return 0;
}

int
encrypt_prepare(struct carry *c)
{
	int64_t deadline = clock_ms() + c->a->conf->seal_time * 1000;

	if (recipients(c->plan) > SEAL_RECIPIENTS) {
		refuse_all(c);
		refuse_reply(c);
		mta_line(&c->reply, "encryption is for %d recipients at most",
		    SEAL_RECIPIENTS);
		return 0;
	}
	for (size_t i = 0; i < c->plan->count; i++)
		if (c->plan->groups[i].effect == VERDICT_ENCRYPT)
			ask_for(c, &c->plan->groups[i]);
	c->asked.sender = c->a->envelope->sender;
	c->asked.user = c->a->envelope->auth_user;
	c->asked.class = carry_class(c->a->findings);
	if (seal_ask(c->a->seal_socket, c->a->message, &c->asked, deadline,
		&c->seal, &c->why) == -1)
		return reason_prefix(&c->why, "seal");
	return judge(c);
}

static bool
describes_or_hides(const struct field *field)
{
	return fields_describes_body(field) || fields_hides_recipients(field);
}

static int
remove_fields(struct carry *c, bool (*which)(const struct field *field))
{
	const struct mta *mta = c->a->mta;

	for (size_t i = c->fields.count; i-- > 0;) {
		const struct field *field = &c->fields.list[i];
		char name[FIELDS_NAME];

		if (!which(field))
			continue;
		fields_name(field, name);
		if (mta->change(mta->context, name, field->index, NULL) == -1)
			return -1;
	}
	return 0;
}

/* The field of sealed that stands for this one, or NULL. */
static const struct field *
counterpart(const struct fields *sealed, const struct field *field,
    const char *name)
{
	for (size_t i = 0; i < sealed->count; i++)
		if (fields_named(&sealed->list[i], name) &&
		    sealed->list[i].index == field->index)
			return &sealed->list[i];
	return NULL;
}

static int
replace(const struct mta *mta, const char *name, int index,
    const struct field *by)
{
	struct buf value;
	int answer = -1;

	buf_init(&value, VALUE_MAX);
	if (by == NULL)
		answer = mta->change(mta->context, name, index, NULL);
	else if (fields_value(by, &value) == 0)
		answer =
		    mta->change(mta->context, name, index, buf_text(&value));
	buf_free(&value);
	return answer;
}

/* What the sealed message does not tell any more (RFC 9788) must not stay in
 * the header that the MTA has. */
static int
hide(struct carry *c, const struct fields *sealed)
{
	for (size_t i = c->fields.count; i-- > 0;) {
		const struct field *field = &c->fields.list[i], *by;
		char name[FIELDS_NAME];

		if (!fields_confidential(field))
			continue;
		fields_name(field, name);
		by = counterpart(sealed, field, name);
		if (by != NULL && by->value_len == field->value_len &&
		    memcmp(by->value, field->value, by->value_len) == 0)
			continue;
		if (replace(c->a->mta, name, field->index, by) == -1)
			return -1;
	}
	return 0;
}

static int
add_new(const struct mta *mta, const struct fields *sealed)
{
	for (size_t i = 0; i < sealed->count; i++) {
		const struct field *field = &sealed->list[i];
		char name[FIELDS_NAME];
		struct buf value;
		int answer;

		if (!fields_describes_body(field))
			continue;
		fields_name(field, name);
		buf_init(&value, VALUE_MAX);
		answer = fields_value(field, &value);
		if (answer == 0)
			answer = mta->add(mta->context, name, buf_text(&value));
		buf_free(&value);
		if (answer == -1)
			return -1;
	}
	return 0;
}

int
carry_body(const struct mta *mta, const struct fields *other)
{
	size_t at = other->body;

	if (at >= other->size)
		return -1;
	while (at < other->size) {
		size_t n = other->size - at;

		if (n > CHUNK)
			n = CHUNK;
		if (mta->body(mta->context, other->bytes + at, n) == -1)
			return -1;
		at += n;
	}
	return 0;
}

static int
put_sealed(struct carry *c, const struct seal_copy *seal)
{
	const struct mta *mta = c->a->mta;
	struct fields sealed;
	int answer = -1;

	/* The body first: should the rest fail, nothing clear is left. */
	if (fields_open(&sealed, seal->fd, &c->why) == 0) {
		if (carry_body(mta, &sealed) == 0 &&
		    remove_fields(c, describes_or_hides) == 0 &&
		    hide(c, &sealed) == 0 && add_new(mta, &sealed) == 0)
			answer = 0;
		else
			reason_set(&c->why,
			    "the MTA did not take the sealed message");
	}
	fields_close(&sealed);
	return answer;
}

int
encrypt_apply(struct carry *c, const struct seal_copy *seal)
{
	if (seal->by == SEAL_BY_GATEWAY)
		return put_sealed(c, seal);
	if (remove_fields(c, fields_hides_recipients) == 0)
		return 0;
	return reason_set(&c->why, "the MTA did not take a header");
}
