/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "milter/act/carry.h"
#include "milter/base/count.h"
#include "milter/base/text.h"
#include "milter/base/banned.h"

enum { NAME = 256, RESULT = 1024 };

/* The text in front of the first ";", without blanks, comments, quotes and
 * backslashes (RFC 8601, 2.2: CFWS may stand before the id). */
static void
claimed_id(const struct field *field, char out[NAME])
{
	size_t len = 0;
	int depth = 0;

	for (size_t i = 0; i < field->value_len && len < NAME - 1; i++) {
		char c = field->value[i];

		if (c == '(')
			depth++;
		else if (c == ')' && depth > 0)
			depth--;
		else if (c == ';' && depth == 0)
			break;
		else if (depth == 0 && strchr(" \t\r\n\"\\", c) == NULL)
			out[len++] = c;
	}
	out[len] = '\0';
}

/* A result in our name that came from outside would be believed inside. A
 * version number may follow the id, so what begins with it is enough. */
static bool
is_stale(const struct field *field, const char *id)
{
	char claimed[NAME];

	if (strncasecmp(field->name, "X-Sekimori-", 11) == 0)
		return true;
	if (!fields_named(field, "Authentication-Results"))
		return false;
	claimed_id(field, claimed);
	return strncasecmp(claimed, id, strlen(id)) == 0;
}

/* How our mail travels is not the sender's to say: TLS-Required: No would send
 * it in clear where TLS fails (RFC 8689, 5). */
static bool
weakens_transport(const struct carry *c, const struct field *field)
{
	return fields_asks_for_transport(field) &&
	       strcmp(carry_direction(c->a->envelope),
		   direction_name(DIRECTION_OUTBOUND)) == 0;
}

/* What we said in a copy of ours stays; its token has done its work. */
static bool
must_go(const struct carry *c, const struct field *field, const char *id)
{
	if (c->a->copy)
		return fields_named(field, "X-Sekimori-Release") ||
		       fields_named(field, "X-Sekimori-Pass");
	return is_stale(field, id) || weakens_transport(c, field);
}

static int
remove_stale(struct carry *c, const char *id)
{
	const struct mta *mta = c->a->mta;

	/* From the last: a removed field moves those behind it up. */
	for (size_t i = c->fields.count; i-- > 0;) {
		const struct field *field = &c->fields.list[i];
		char name[FIELDS_NAME];

		if (!must_go(c, field, id))
			continue;
		fields_name(field, name);
		if (mta->change(mta->context, name, field->index, NULL) == -1)
			return -1;
	}
	return 0;
}

/* The first fact whose name begins with the group. */
static const struct found *
first_of(const struct findings *f, const char *group)
{
	for (size_t i = 0; i < f->facts_count; i++)
		if (strncmp(fact_row(f->facts[i].fact)->name, group,
			strlen(group)) == 0)
			return &f->facts[i];
	return NULL;
}

/* What RFC 7281 calls the state. */
static const char *
signature_result(enum fact fact)
{
	switch (fact) {
	case FACT_SIGNATURE_GOOD:
		return "pass";
	case FACT_SIGNATURE_BAD:
		return "fail";
	case FACT_SIGNATURE_UNCHECKED:
	case FACT_SIGNATURE_UNCLEAR:
		return "neutral";
	default:
		return "policy";
	}
}

/* The property is the sender's text: only what a domain or an address is made
 * of passes. */
static void
property(const char *evidence, char out[NAME])
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789.-_@+=";
	size_t len = strcspn(evidence, " ");

	out[0] = '\0';
	if ((strncmp(evidence, "smtp.", 5) != 0 &&
		strncmp(evidence, "body.", 5) != 0) ||
	    len >= NAME - 1 || strspn(evidence, allowed) != len)
		return;
	snprintf(out, NAME, " %.*s", (int)len, evidence);
}

static void
add_result(char value[RESULT], const char *method, const char *result,
    const struct found *found)
{
	size_t len = strlen(value);
	char what[NAME];

	property(found->evidence, what);
	snprintf(value + len, RESULT - len, ";\n\t%s=%s%s", method, result,
	    what);
}

/* Of what kind it is the verify server says; one that fell silent does not. */
static void
add_signature(char value[RESULT], const struct found *found)
{
	static const char *const methods[] = { "smime", "x-openpgp" };

	for (size_t i = 0; i < COUNT(methods); i++) {
		char begin[NAME];

		snprintf(begin, sizeof begin, "body.%s-", methods[i]);
		if (strncmp(found->evidence, begin, strlen(begin)) == 0)
			add_result(value, methods[i],
			    signature_result(found->fact), found);
	}
}

/* For the reader: the state in a word, and the signer's address where somebody
 * vouches for it. */
static int
insert_signature(struct carry *c, const struct found *found)
{
	static const char names[] = "-identifier=";
	const struct mta *mta = c->a->mta;
	const char *state =
	    fact_row(found->fact)->name + sizeof "signature." - 1;
	char value[RESULT], what[NAME];
	const char *signer = NULL;

	property(found->evidence, what);
	if (found->fact == FACT_SIGNATURE_GOOD ||
	    found->fact == FACT_SIGNATURE_OTHER)
		signer = strstr(what, names);
	if (signer == NULL)
		snprintf(value, sizeof value, "%s", state);
	else
		snprintf(value, sizeof value, "%s; signer=%s", state,
		    signer + sizeof names - 1);
	return mta->insert(mta->context, "X-Sekimori-Signature", value);
}

static int
insert_result(struct carry *c, const char *id)
{
	const struct mta *mta = c->a->mta;
	const struct found *spf = first_of(c->a->findings, "spf.");
	const struct found *signature = first_of(c->a->findings, "signature.");
	char value[RESULT];
	int len;

	if (c->a->envelope->inside || c->a->copy)
		return 0;
	len = snprintf(value, sizeof value, "%s", id);
	if (spf != NULL)
		add_result(value, "spf", fact_row(spf->fact)->name + 4, spf);
	if (signature != NULL)
		add_signature(value, signature);
	if (signature != NULL && insert_signature(c, signature) == -1)
		return -1;
	if (value[len] == '\0')
		return 0;
	return mta->insert(mta->context, "Authentication-Results", value);
}

/* An MTA that never sees this from us leaves the mail in its queue
 * (encryption.md, 5.7); it counts only as a field that a milter adds. */
static int
insert_pass(struct carry *c, bool outside)
{
	const struct mta *mta = c->a->mta;

	if (!outside)
		return 0;
	return mta->insert(mta->context, "X-Sekimori-Pass", "outbound");
}

int
deliver_apply(struct carry *c, bool outside)
{
	char id[NAME];

	carry_authserv(c->a->conf, id, sizeof id);
	if (remove_stale(c, id) == -1 || insert_result(c, id) == -1 ||
	    insert_pass(c, outside) == -1)
		return reason_set(&c->why, "the MTA did not take a header");
	return 0;
}
