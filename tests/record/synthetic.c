/* SPDX-License-Identifier: ISC */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "milter/base/clock.h"
#include "milter/base/file.h"
#include "milter/base/ident.h"
#include "tests/record/synthetic.h"

/* The journal and identifiers take the time from here (linked with
 * --wrap=clock_now): a year in a moment. */
int64_t synthetic_now;

int64_t __wrap_clock_now(void);

int64_t
__wrap_clock_now(void)
{
	return synthetic_now;
}

char synthetic_folder[64];
struct conf *synthetic_conf;
static struct journal *journal;
static const struct actor actor = { "system", "sekimorid", "" };

static void
at(const char *time)
{
	synthetic_now = clock_parse(time);
	assert_true(synthetic_now > 0);
}

static void
happens(enum event_type type, json_t *fields)
{
	struct reason why;

	if (journal_event(journal, type, &actor, fields, &why) == -1)
		fail_msg("%s", why.text);
}

/* What one message does; NULL is what is usual. */
struct mail {
	const char *dir, *tls, *engine, *verdict, *class, *release;
	const char *method, *result; /* mail.crypto */
	int uninspected;
};

static json_t *
verdict_fields(const char *msg, const struct mail *m, const char *q)
{
	json_t *f = json_pack("{s:s,s:s,s:s,s:{s:i,s:i,s:i}}", "msg", msg,
	    "dir", m->dir, "verdict", m->verdict, "inspected", "yes", 1,
	    "found", 0, "not", m->uninspected);

	if (m->release != NULL)
		json_object_set_new(f, "release", json_string(m->release));
	if (q != NULL)
		json_object_set_new(f, "q", json_string(q));
	return f;
}

static void
crypto(const char *msg, const struct mail *m)
{
	json_t *f =
	    json_pack("{s:s,s:s,s:[s,s],s:s}", "msg", msg, "op", "encrypt",
		"rcpt_domain", "a.example", "b.example", "res", m->result);

	if (m->method != NULL) {
		json_object_set_new(f, "method", json_string(m->method));
		json_object_set_new(f, "content_alg",
		    json_string("AES-256-GCM"));
	}
	happens(EVENT_MAIL_CRYPTO, f);
}

/* The events of one message; q gets the identifier of what is held. */
static void
comes(const struct mail *m, char q[IDENT_SIZE])
{
	char msg[IDENT_SIZE];
	json_t *tls = json_null();

	ident_new(msg);
	if (m->tls != NULL)
		tls = json_pack("{s:s}", "ver", m->tls);
	happens(EVENT_MAIL_RECEIVED,
	    json_pack("{s:s,s:s,s:o}", "msg", msg, "dir", m->dir, "tls", tls));
	if (m->engine != NULL)
		happens(EVENT_AV_RESULT,
		    json_pack("{s:s,s:s}", "msg", msg, "res", m->engine));
	if (m->result != NULL)
		crypto(msg, m);
	if (m->class != NULL) {
		ident_new(q);
		happens(EVENT_QUARANTINE_CREATE,
		    json_pack("{s:s,s:s,s:s}", "q", q, "msg", msg, "class",
			m->class));
	}
	if (m->verdict != NULL)
		happens(EVENT_MAIL_VERDICT,
		    verdict_fields(msg, m, m->class != NULL ? q : NULL));
}

static void
come(int count, const struct mail *m)
{
	char q[IDENT_SIZE];

	for (int i = 0; i < count; i++)
		comes(m, q);
}

static void
released(const char *q, const char *result)
{
	happens(EVENT_QUARANTINE_RELEASE,
	    json_pack("{s:s,s:s,s:s}", "q", q, "decision", "release", "res",
		result));
}

static void
sampled(const char *time, int64_t age)
{
	json_t *f = json_pack("{s:s,s:b}", "engine", "ClamAV 1.4.6/27000",
	    "reduced", age < 0);

	at(time);
	if (age >= 0)
		json_object_set_new(f, "age", json_integer(age));
	happens(EVENT_AV_SAMPLE, f);
}

static const struct mail ordinary = { .dir = "inbound",
	.tls = "TLSv1.3",
	.engine = "clean",
	.verdict = "deliver" };

static void
april(char held[3][IDENT_SIZE])
{
	const struct mail plain = { .dir = "inbound",
		.engine = "clean",
		.verdict = "tag" },
			  cleaned = { .dir = "inbound",
				  .tls = "TLSv1.3",
				  .engine = "clean",
				  .verdict = "sanitise" },
			  old = { .dir = "inbound",
				  .tls = "TLSv1.1",
				  .engine = "uninspectable",
				  .verdict = "refuse",
				  .uninspected = 1 },
			  virus = { .dir = "inbound",
				  .tls = "TLSv1.2",
				  .engine = "found",
				  .verdict = "quarantine",
				  .class = "malware<1>" },
			  unfinished = { .dir = "inbound",
				  .tls = "TLSv1.2",
				  .engine = "error",
				  .verdict = "defer" },
			  lost = { .dir = "inbound", .tls = "TLSv1.2" };

	at("2026-03-31T14:59:59Z"); /* still the year before */
	come(7, &ordinary);
	at("2026-03-31T15:00:00Z");
	come(19, &ordinary);
	come(1, &cleaned);
	come(2, &plain);
	come(1, &old);
	for (int i = 0; i < 3; i++)
		comes(&virus, held[i]);
	come(4, &unfinished);
	come(1, &lost); /* the MTA was told nothing, nor was it judged */
}

static void
outbound(void)
{
	const struct mail smime = { .dir = "outbound",
		.engine = "clean",
		.method = "smime",
		.result = "sealed",
		.verdict = "encrypt" },
			  pgp = { .dir = "outbound",
				  .engine = "clean",
				  .method = "openpgp",
				  .result = "sealed",
				  .verdict = "encrypt" },
			  refused = { .dir = "outbound",
				  .engine = "clean",
				  .result = "refused",
				  .verdict = "refuse" },
			  later = { .dir = "outbound",
				  .engine = "clean",
				  .result = "temporary",
				  .verdict = "defer" },
			  open = { .dir = "outbound",
				  .engine = "clean",
				  .verdict = "deliver" };

	at("2026-12-31T15:00:00Z"); /* January in Japan */
	come(5, &smime);
	come(3, &pgp);
	come(1, &refused);
	come(1, &later);
	come(10, &open);
}

/* The year after decides what the year before held: it counts for that. */
static void
next_year(char held[3][IDENT_SIZE])
{
	const struct mail again = { .dir = "inbound",
		.engine = "clean",
		.verdict = "deliver",
		.release = held[0] };

	at("2026-04-10T03:00:00Z");
	released(held[0], "begun");
	released(held[0], "failed");
	released(held[0], "begun");
	released(held[0], "sent");
	released(held[0], "sent"); /* a crash had it recorded twice */
	come(1, &again);
	at("2027-03-31T14:59:59.999Z");
	come(1, &ordinary);
	at("2027-03-31T15:00:00Z");
	come(5, &ordinary);
	happens(EVENT_QUARANTINE_DELETE,
	    json_pack("{s:s,s:s}", "q", held[1], "decision", "discard"));
}

static void
make_year(void)
{
	char held[3][IDENT_SIZE];

	april(held);
	sampled("2026-04-01T00:10:00Z", 3600);
	sampled("2026-04-01T00:20:00Z", 86401); /* the hour's worst counts */
	sampled("2026-04-01T01:00:00Z", 86400);
	sampled("2026-04-01T02:00:00Z", 72 * 3600 + 1);
	sampled("2026-04-01T03:00:00Z", -1); /* unknown is not fresh */
	at("2026-04-02T00:00:00Z");
	happens(EVENT_SYS_HEARTBEAT, json_pack("{s:i}", "uptime", 1));
	at("2026-04-02T00:15:00Z");
	happens(EVENT_SYS_HEARTBEAT, json_pack("{s:i}", "uptime", 2));
	at("2026-04-02T00:35:00Z");
	happens(EVENT_SYS_HEARTBEAT, json_pack("{s:i}", "uptime", 3));
	happens(EVENT_DB_UPDATE, json_pack("{s:s}", "res", "refused"));
	outbound();
	next_year(held);
}

static void
set_path(char **field, const char *name)
{
	char path[128];

	snprintf(path, sizeof path, "%s/%s", synthetic_folder, name);
	free(*field);
	*field = strdup(path);
}

int
synthetic_set_up(void **unused)
{
	struct reason why;

	(void)unused;
	snprintf(synthetic_folder, sizeof synthetic_folder,
	    "/tmp/skm-report-XXXXXX");
	if (mkdtemp(synthetic_folder) == NULL)
		return -1;
	synthetic_conf = conf_load(NULL, &why);
	set_path(&synthetic_conf->journal_dir, "journal");
	set_path(&synthetic_conf->seal_key_file, "seal.key");
	at("2026-01-01T00:00:00Z");
	if (file_folder(synthetic_conf->journal_dir, 0700, &why) == -1)
		return -1;
	journal = journal_open(synthetic_conf, &why);
	if (journal == NULL)
		return -1;
	make_year();
	return 0;
}

int
synthetic_tear_down(void **unused)
{
	char command[128];

	(void)unused;
	journal_close(&journal);
	conf_free(&synthetic_conf);
	snprintf(command, sizeof command, "rm -r %s", synthetic_folder);
	return system(command);
}

void
synthetic_collect(struct report *r, const char *as_of)
{
	struct reason why;

	memset(r, 0, sizeof *r);
	r->year = 2026;
	if (as_of != NULL)
		r->as_of = report_year_day_end(as_of);
	if (report_collect(synthetic_conf, r, &why) == -1)
		fail_msg("%s", why.text);
}
