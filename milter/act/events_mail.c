/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "milter/act/events.h"
#include "milter/base/count.h"
#include "milter/base/banned.h"

static json_t *
tls(const struct envelope *e)
{
	if (e->tls_version == NULL || e->tls_version[0] == '\0')
		return json_null();
	return json_pack("{s:o, s:o, s:o, s:o}", "ver",
	    events_text(e->tls_version), "cipher", events_text(e->tls_cipher),
	    "bits", events_text(e->tls_bits), "verify",
	    events_text(e->tls_verify));
}

static void
received(struct events *all, const struct envelope *e)
{
	json_t *f = events_fields(e);

	json_object_set_new(f, "dir", json_string(carry_direction(e)));
	json_object_set_new(f, "client_ip", events_text(e->client_ip));
	json_object_set_new(f, "helo", events_text(e->helo));
	json_object_set_new(f, "env_from", events_text(e->sender));
	json_object_set_new(f, "size", json_integer((json_int_t)e->size));
	json_object_set_new(f, "tls", tls(e));
	json_object_set_new(f, "auth_user", events_text(e->auth_user));
	json_object_set_new(f, "daemon", events_text(e->daemon));
	events_recipients(f, e, NULL, e->rcpts_count);
	events_add(all, EVENT_MAIL_RECEIVED, f);
}

static void
set_masked(json_t *f, const char *key, const char *text,
    const struct quarantine *q)
{
	char hex[HASH_HEX];

	if (text == NULL || text[0] == '\0')
		return;
	token_mask(q, key, text, hex);
	json_object_set_new(f, key, json_string(hex));
}

static json_t *
domain_of(const char *from)
{
	const char *at = from == NULL ? NULL : strrchr(from, '@');

	if (at == NULL)
		return json_string("");
	return json_stringn(at + 1, strcspn(at + 1, "> \t,;\""));
}

static void
parsed(struct events *all, const struct carry *c)
{
	const struct findings *found = c->a->findings;
	json_t *f = events_fields(c->a->envelope);

	/* They can be compared by who has the key, and read by nobody
	 * (domain.md, 2.7). */
	set_masked(f, "msgid_h", found->message_id, c->a->quarantine);
	set_masked(f, "subject_h", found->subject, c->a->quarantine);
	json_object_set_new(f, "from_domain", domain_of(found->from));
	json_object_set_new(f, "parts", findings_parts_json(found));
	json_object_set_new(f, "urls", findings_urls_json(found));
	events_add(all, EVENT_MAIL_PARSED, f);
}

static void
authenticated(struct events *all, const struct carry *c)
{
	const struct envelope *e = c->a->envelope;
	const struct findings *found = c->a->findings;

	if (e->inside)
		return;
	for (size_t i = 0; i < found->facts_count; i++) {
		const char *name = fact_row(found->facts[i].fact)->name;
		json_t *f;

		if (strncmp(name, "spf.", 4) != 0)
			continue;
		f = events_fields(e);
		json_object_set_new(f, "spf", json_string(name + 4));
		json_object_set_new(f, "spf_domain",
		    events_text(e->sender_domain));
		json_object_set_new(f, "src", json_string("own"));
		events_add(all, EVENT_MAIL_AUTH, f);
		return;
	}
}

/* What the verify server said; the signer stands in the verdict's findings. */
static void
verified(struct events *all, const struct carry *c)
{
	const struct findings *found = c->a->findings;

	for (size_t i = 0; i < found->facts_count; i++) {
		const char *name = fact_row(found->facts[i].fact)->name;
		const char *evidence = found->facts[i].evidence;
		json_t *f;

		if (strncmp(name, "signature.", 10) != 0)
			continue;
		f = events_fields(c->a->envelope);
		json_object_set_new(f, "op", json_string("verify"));
		json_object_set_new(f, "res", json_string(name + 10));
		if (strncmp(evidence, "body.smime-", 11) == 0)
			json_object_set_new(f, "method", json_string("smime"));
		else if (strncmp(evidence, "body.x-openpgp-", 15) == 0)
			json_object_set_new(f, "method",
			    json_string("openpgp"));
		events_add(all, EVENT_MAIL_CRYPTO, f);
	}
}

static const char *
engine_result(const struct findings *found)
{
	if (findings_has(found, FACT_VIRUS) != NULL)
		return "found";
	if (!found->finished)
		return "error";
	for (size_t i = 0; i < found->parts_count; i++)
		if (found->parts[i].inspected == INSPECTED_NOT)
			return "uninspectable";
	return "clean";
}

static json_t *
virus_names(const struct findings *found)
{
	json_t *names = json_array();

	for (size_t i = 0; i < found->facts_count; i++)
		if (found->facts[i].fact == FACT_VIRUS)
			json_array_append_new(names,
			    events_text(found->facts[i].evidence));
	return names;
}

static void
engine(struct events *all, const struct carry *c)
{
	const struct findings *found = c->a->findings;
	json_t *f = events_fields(c->a->envelope);

	json_object_set_new(f, "engine", events_text(found->engine));
	json_object_set_new(f, "db_time", json_integer(found->db_time));
	json_object_set_new(f, "signatures",
	    json_integer((json_int_t)found->signatures));
	json_object_set_new(f, "res", json_string(engine_result(found)));
	json_object_set_new(f, "names", virus_names(found));
	json_object_set_new(f, "ms", json_integer(found->milliseconds));
	events_add(all, EVENT_AV_RESULT, f);
}

/* What may decide about the class (domain.md 3.9); the class of 0 is the
 * number that the fact tells. A quoted label decides nothing: it is somebody
 * else's. */
static const struct {
	enum fact fact;
	int class;
	const char *by;
} labels[] = {
	{ FACT_LABEL_C3, 3, "sender" },
	{ FACT_LABEL_C2, 2, "sender" },
	{ FACT_LABEL_PUBLIC, 1, "sender" },
	{ FACT_LABEL_ENCRYPT, -1, "sender" },
	{ FACT_LABEL_QUOTED, -1, "sender" },
	{ FACT_THREAD_PROTECTED, 0, "thread" },
	{ FACT_PERSONAL_NUMBER, 2, "content" },
	{ FACT_PERSONAL_CARD, 2, "content" },
	{ FACT_PERSONAL_TABLE, 2, "content" },
	{ FACT_LABEL_DEFAULT, 0, "default" },
};

/* Which row of labels the fact is; -1: none. */
static int
label_row(enum fact fact)
{
	for (size_t i = 0; i < COUNT(labels); i++)
		if (labels[i].fact == fact)
			return (int)i;
	return -1;
}

static int
class_of(const struct found *fact, int row)
{
	return labels[row].class != 0 ? labels[row].class
				      : atoi(fact->evidence);
}

int
carry_class(const struct findings *f)
{
	int class = 0;

	for (size_t i = 0; i < f->facts_count; i++) {
		int row = label_row(f->facts[i].fact);

		if (row != -1 && class < class_of(&f->facts[i], row))
			class = class_of(&f->facts[i], row);
	}
	return class;
}

/* What was released was looked at when it was held. */
static bool
leaves(const struct carry *c)
{
	return c->a->release_id == NULL &&
	       strcmp(carry_direction(c->a->envelope),
		   direction_name(DIRECTION_OUTBOUND)) == 0;
}

/* Once for every message that goes out, also one that nobody marked: the
 * report counts both. */
static void
labelled(struct events *all, const struct carry *c)
{
	const struct findings *seen = c->a->findings;
	json_t *f, *found = json_array(), *handling = json_array();
	const char *by = "none";
	int class = 0;

	for (size_t i = 0; i < seen->facts_count; i++) {
		const struct found *fact = &seen->facts[i];
		int row = label_row(fact->fact), this;

		if (row == -1)
			continue;
		json_array_append_new(found,
		    json_pack("{s:s, s:o}", "label", fact_row(fact->fact)->name,
			"where", events_text(fact->evidence)));
		this = class_of(fact, row);
		if (class < this) {
			class = this;
			by = labels[row].by;
		}
	}
	if (findings_has(seen, FACT_LABEL_ENCRYPT) != NULL)
		json_array_append_new(handling, json_string("encrypt"));
	if (json_array_size(found) == 0 && !leaves(c)) {
		json_decref(found);
		json_decref(handling);
		return;
	}
	f = events_fields(c->a->envelope);
	json_object_set_new(f, "found", found);
	json_object_set_new(f, "class", json_integer(class));
	json_object_set_new(f, "handling", handling);
	json_object_set_new(f, "decided_by", json_string(by));
	events_add(all, EVENT_MAIL_LABEL, f);
}

void
events_mail(struct events *all, const struct carry *c)
{
	received(all, c->a->envelope);
	parsed(all, c);
	authenticated(all, c);
	verified(all, c);
	engine(all, c);
	labelled(all, c);
}
