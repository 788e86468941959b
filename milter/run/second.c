/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "certs/claim.h"
#include "milter/act/release.h"
#include "milter/base/clock.h"
#include "milter/base/count.h"
#include "milter/base/file.h"
#include "milter/base/log.h"
#include "milter/quarantine/meta.h"
#include "milter/run/ask.h"
#include "milter/run/collect.h"
#include "milter/run/gate.h"
#include "milter/run/second.h"
#include "milter/base/banned.h"

enum { WAITING = 64, LOOKED_AT = 20 };

struct request {
	char sender[ENVELOPE_ADDRESS];
	int companion;
};

static struct {
	pthread_mutex_t mutex;
	pthread_cond_t woken;
	pthread_t thread;
	struct request waiting[WAITING];
	size_t first, count;
	bool started, stopping;
} desk = { .mutex = PTHREAD_MUTEX_INITIALIZER,
	.woken = PTHREAD_COND_INITIALIZER };

/* One held message that is looked at again. */
struct look {
	const struct request *request;
	struct site *site;
	const char *id;
	const json_t *meta;
	struct envelope *envelope;
	struct findings *findings;
	struct verdict verdict; /* the hardest of all recipients' */
};

static bool
is_encrypted(const json_t *meta)
{
	const char *name = fact_row(FACT_UNINSPECTABLE_ENCRYPTED)->name;
	json_t *fact;
	size_t i;

	json_array_foreach(json_object_get(meta, "facts"), i,
	    fact) if (strcmp(meta_text(fact, "name"), name) == 0) return true;
	return false;
}

/* The envelope as it was, which policy asks about. */
static struct envelope *
envelope_of(const struct look *l)
{
	json_t *rcpts = json_object_get(l->meta, "rcpts"), *rcpt;
	struct envelope *e = envelope_new(json_array_size(rcpts) + 1);
	struct reason why;
	size_t i;

	if (e == NULL)
		return NULL;
	envelope_text(&e->client_ip, meta_text(l->meta, "client_ip"));
	envelope_text(&e->helo, meta_text(l->meta, "helo"));
	envelope_text(&e->auth_user, meta_text(l->meta, "auth_user"));
	if (envelope_sender(e, meta_text(l->meta, "sender"), "", &why) == -1)
		envelope_free(&e);
	json_array_foreach(rcpts, i,
	    rcpt) if (e != NULL && envelope_rcpt(e, json_string_value(rcpt), "",
				       &why) == -1) envelope_free(&e);
	if (e != NULL)
		envelope_directions(e, l->site->places);
	return e;
}

/* The held bytes as the sealed memfd that scan takes. */
static int
message_of(const struct look *l, struct reason *why)
{
	int file = quarantine_open_message(gate.quarantine, l->id, why);
	int message = -1;

	if (file == -1)
		return -1;
	message = memfd_create("message", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (message == -1)
		reason_errno(why, "%s", l->id);
	else if (file_copy(file, message, why) == -1 ||
		 collect_seal_fd(message, why) == -1) {
		close(message);
		message = -1;
	}
	close(file);
	return message;
}

/* What the gate itself saw when the mail came is no less true now: that it
 * belongs to a campaign, and that it answers a mail that was protected. */
static void
keep_seen(const struct look *l)
{
	static const enum fact kept[] = { FACT_CAMPAIGN,
		FACT_CAMPAIGN_SUSPICIOUS, FACT_THREAD_PROTECTED };
	const json_t *fact;
	size_t i;

	findings_text(&l->findings->campaign, meta_text(l->meta, "campaign"));
	json_array_foreach(json_object_get(l->meta, "facts"), i, fact)
	{
		enum fact is = fact_named(meta_text(fact, "name"));

		for (size_t k = 0; k < COUNT(kept); k++)
			if (is == kept[k])
				findings_fact(l->findings, is, -1, 0, "%s",
				    meta_text(fact, "evidence"));
	}
}

static bool
ask_again(struct look *l, struct reason *why)
{
	struct question q = {
		.scan = gate.scan_socket,
		.lookup = l->site->conf->lookup ? gate.lookup_socket : NULL,
		.message = message_of(l, why),
		.companions = { l->request->companion },
		.companions_count = 1,
		.envelope = l->envelope,
	};

	if (q.message == -1)
		return false;
	if (l->site->conf->verify && !l->envelope->inside &&
	    claim_signed(q.message))
		q.verify = gate.verify_socket;
	l->findings = ask_servers(l->site->conf, &q);
	close(q.message);
	keep_seen(l);
	return l->findings->finished &&
	       !findings_has(l->findings, FACT_UNINSPECTABLE_ENCRYPTED);
}

static void
judge(struct look *l)
{
	l->verdict.kind = VERDICT_DELIVER;
	for (size_t i = 0; i < l->envelope->rcpts_count; i++) {
		struct verdict v;

		policy_decide(l->site->policy, l->findings, l->envelope, i, &v);
		if (i == 0 || v.kind > l->verdict.kind)
			l->verdict = v;
	}
}

static int
record(const struct look *l, struct reason *why)
{
	static const struct actor actor = { "system", "sekimorid", "" };
	const struct verdict *v = &l->verdict;
	json_t *fields = json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:i, s:s}",
	    "q", l->id, "msg", meta_text(l->meta, "msg"), "verdict",
	    verdict_name(v->kind), "rule", v->rule, "basis", v->basis,
	    "findings", findings_facts_json(l->findings), "score", v->score,
	    "rules_hash", policy_hash(l->site->policy));

	if (fields == NULL)
		return reason_set(why, "findings are not UTF-8 text");
	return journal_event(gate.journal, EVENT_QUARANTINE_JUDGE, &actor,
	    fields, why);
}

/* What staff sees from now on. */
static int
note(const struct look *l, struct reason *why)
{
	const struct verdict *v = &l->verdict;

	return quarantine_note(gate.quarantine, l->id,
	    json_pack("{s:s, s:s, s:s, s:i, s:s, s:o, s:o, s:o}", "verdict",
		verdict_name(v->kind), "rule", v->rule, "basis", v->basis,
		"score", v->score, "class",
		v->class[0] != '\0' ? v->class : meta_text(l->meta, "class"),
		"facts", findings_facts_json(l->findings), "parts",
		findings_parts_json(l->findings), "urls",
		findings_urls_json(l->findings)),
	    why);
}

/* Tagged mail goes on without its mark: a release is byte for byte. */
static void
carry_out(const struct look *l)
{
	struct reason why;

	if (record(l, &why) == -1 || note(l, &why) == -1) {
		log_warning("%s: second look: %s", l->id, why.text);
		return;
	}
	log_info("%s: second look: opened, verdict=%s(%s)", l->id,
	    verdict_name(l->verdict.kind), l->verdict.rule);
	if (l->verdict.kind <= VERDICT_TAG &&
	    release_held(l->site->conf, gate.quarantine, gate.journal, l->id,
		"sekimorid",
		"opened with the password of another mail of the sender, "
		"inspected, and found fit for delivery by the policy",
		&why) >= RELEASE_REFUSED)
		log_warning("%s: second look: not released: %s", l->id,
		    why.text);
}

static void
look_at(const struct request *r, struct site *site, const json_t *meta)
{
	struct look l = { .request = r,
		.site = site,
		.id = meta_text(meta, "id"),
		.meta = meta };
	struct reason why = { "" };

	if (!is_encrypted(meta) ||
	    strcmp(meta_text(meta, "sender"), r->sender) != 0)
		return;
	l.envelope = envelope_of(&l);
	if (l.envelope != NULL && ask_again(&l, &why)) {
		judge(&l);
		carry_out(&l);
	}
	if (l.findings != NULL)
		findings_free(&l.findings);
	envelope_free(&l.envelope);
}

static bool
is_stopping(void)
{
	bool stopping;

	pthread_mutex_lock(&desk.mutex);
	stopping = desk.stopping;
	pthread_mutex_unlock(&desk.mutex);
	return stopping;
}

static void
serve(const struct request *r)
{
	struct site *site = gate_use_site();
	const struct quarantine_filter filter = {
		.state = "held",
		.sender = r->sender,
		.since = clock_now() - site->conf->password_time * 1000000,
		.limit = LOOKED_AT,
	};
	struct reason why;
	json_t *list = quarantine_list(gate.quarantine, &filter, &why), *meta;
	size_t i;

	if (list == NULL)
		log_warning("second look: %s", why.text);
	json_array_foreach(list, i, meta)
	{
		/* Each may take scan_time, and the supervisor waits for us. */
		if (is_stopping())
			break;
		look_at(r, site, meta);
	}
	json_decref(list);
	site_done(&site);
}

static void *
work(void *unused)
{
	struct request r;

	(void)unused;
	for (;;) {
		pthread_mutex_lock(&desk.mutex);
		while (desk.count == 0 && !desk.stopping)
			pthread_cond_wait(&desk.woken, &desk.mutex);
		if (desk.stopping) {
			pthread_mutex_unlock(&desk.mutex);
			return NULL;
		}
		r = desk.waiting[desk.first];
		desk.first = (desk.first + 1) % WAITING;
		desk.count--;
		pthread_mutex_unlock(&desk.mutex);
		serve(&r);
		close(r.companion);
	}
}

int
second_start(struct reason *why)
{
	errno = pthread_create(&desk.thread, NULL, work, NULL);
	if (errno != 0)
		return reason_errno(why, "a thread");
	desk.started = true;
	return 0;
}

void
second_look(const char *sender, int companion)
{
	struct request *r;

	pthread_mutex_lock(&desk.mutex);
	if (desk.count == WAITING) {
		r = &desk.waiting[desk.first];
		log_warning("second look: too many wait, one is dropped");
		close(r->companion);
		desk.first = (desk.first + 1) % WAITING;
		desk.count--;
	}
	r = &desk.waiting[(desk.first + desk.count) % WAITING];
	r->companion = fcntl(companion, F_DUPFD_CLOEXEC, 3);
	if (r->companion != -1) {
		snprintf(r->sender, sizeof r->sender, "%s", sender);
		desk.count++;
		pthread_cond_signal(&desk.woken);
	}
	pthread_mutex_unlock(&desk.mutex);
}

void
second_stop(void)
{
	if (!desk.started)
		return;
	pthread_mutex_lock(&desk.mutex);
	desk.stopping = true;
	pthread_cond_signal(&desk.woken);
	pthread_mutex_unlock(&desk.mutex);
	pthread_join(desk.thread, NULL);
}
