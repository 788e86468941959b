/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "milter/base/clock.h"
#include "milter/base/count.h"
#include "milter/base/text.h"
#include "milter/record/event.h"
#include "milter/record/report_fold.h"
#include "milter/base/banned.h"

#define SECOND INT64_C(1000000)

enum {
	FRESH = 24 * 3600, /* domain 2.3: the age that counts as fresh */
	OLD = 72 * 3600,
	GAP = 15 * 60, /* domain 2.3: a longer silence is a gap */
	DECIDED = 10000000
};

/* An event with what every row of the table below needs. */
struct happening {
	json_t *event;
	struct report_system *system;
	int64_t time;
};

static void
give_up(struct report_fold *f, const char *what, size_t most)
{
	reason_set(f->why, "the journal has more than %zu %s", most, what);
	f->bad = true;
}

static struct report_system *
system_of(struct report_fold *f, const char *id)
{
	struct report *r = f->report;
	struct report_system *s;
	char name[REPORT_NAME];

	text_printable(name, sizeof name, id, strlen(id));
	for (size_t i = 0; i < r->systems_count; i++)
		if (strcmp(r->systems[i].id, name) == 0)
			return &r->systems[i];
	/* All at once: an open message points to its system. */
	if (r->systems == NULL)
		r->systems = calloc(REPORT_SYSTEMS, sizeof *r->systems);
	if (r->systems == NULL || r->systems_count == REPORT_SYSTEMS) {
		give_up(f, "systems", REPORT_SYSTEMS);
		return NULL;
	}
	s = &r->systems[r->systems_count++];
	memcpy(s->id, name, sizeof name);
	return s;
}

static void
count_named(struct report_fold *f, struct report_named *list, size_t *count,
    const char *text, int month)
{
	char name[REPORT_NAME];
	size_t i = 0;

	text_printable(name, sizeof name, text, strlen(text));
	while (i < *count && strcmp(list[i].name, name) != 0)
		i++;
	if (i == REPORT_NAMES) {
		give_up(f, "quarantine classes or algorithms", REPORT_NAMES);
		return;
	}
	if (i == *count)
		memcpy(list[(*count)++].name, name, sizeof name);
	list[i].months[month]++;
}

/* mail.received and mail.verdict of the same message enclose the others. */
static void
count_transport(const struct report_mail *m, struct report_month *to)
{
	if (strcmp(m->tls, "TLSv1.3") == 0)
		to->tls13++;
	else if (strcmp(m->tls, "TLSv1.2") == 0)
		to->tls12++;
	else if (m->tls[0] != '\0')
		to->tls_old++;
	else
		to->plain++;
}

static void
add_verdicts(const struct report_month *from, struct report_month *to)
{
	to->delivered += from->delivered;
	to->tagged += from->tagged;
	to->sanitised += from->sanitised;
	to->quarantined += from->quarantined;
	to->refused += from->refused;
	to->deferred += from->deferred;
}

/* Held mail that was released comes through once more: it was received and
 * judged when it came first. */
static void
close_mail(struct report_fold *f)
{
	struct report_mail *m = &f->mail;
	struct report_month *to;

	if (m->system == NULL)
		return;
	to = &m->system->months[m->month];
	if (!m->released && m->outbound)
		to->outbound++;
	if (!m->released && m->inbound) {
		to->received++;
		to->inspected += m->judged && m->finished;
		to->uninspectable += !m->finished || m->uninspected;
		to->found += m->found;
		count_transport(m, to);
	}
	if (!m->released)
		add_verdicts(&m->verdicts, to);
	memset(m, 0, sizeof *m);
}

static bool
is_open(const struct report_fold *f, json_t *event)
{
	return f->mail.system != NULL &&
	       strcmp(f->mail.msg, event_text(event, "msg")) == 0;
}

static void
fold_received(struct report_fold *f, const struct happening *h)
{
	struct report_mail *m = &f->mail;
	const char *dir = event_text(h->event, "dir");
	const char *tls = event_text(json_object_get(h->event, "tls"), "ver");

	close_mail(f);
	if (h->time >= f->report->end)
		return;
	m->system = h->system;
	m->month = report_year_month(h->time);
	snprintf(m->msg, sizeof m->msg, "%s", event_text(h->event, "msg"));
	m->inbound = strcmp(dir, "inbound") == 0;
	m->outbound = strcmp(dir, "outbound") == 0;
	snprintf(m->tls, sizeof m->tls, "%s", tls);
}

static void
fold_engine(struct report_fold *f, const struct happening *h)
{
	const char *result = event_text(h->event, "res");

	if (!is_open(f, h->event))
		return;
	f->mail.finished = strcmp(result, "error") != 0;
	f->mail.uninspected = strcmp(result, "uninspectable") == 0;
	f->mail.found = strcmp(result, "found") == 0;
}

static void
fold_verdict(struct report_fold *f, const struct happening *h)
{
	const char *verdict = event_text(h->event, "verdict");
	struct report_month *v = &f->mail.verdicts;
	const struct {
		const char *name;
		uint64_t *count;
	} kinds[] = { { "deliver", &v->delivered }, { "tag", &v->tagged },
		{ "sanitise", &v->sanitised },
		{ "quarantine", &v->quarantined }, { "refuse", &v->refused },
		{ "defer", &v->deferred } };

	if (!is_open(f, h->event))
		return;
	f->mail.judged = true;
	if (json_object_get(h->event, "release") != NULL)
		f->mail.released = true;
	/* Parts that the engine was never shown are not inspected either. */
	if (json_integer_value(
		json_object_get(json_object_get(h->event, "inspected"),
		    "not")) > 0)
		f->mail.uninspected = true;
	if (strcmp(event_text(h->event, "dir"), "inbound") != 0)
		return;
	for (size_t i = 0; i < COUNT(kinds); i++)
		if (strcmp(verdict, kinds[i].name) == 0)
			++*kinds[i].count;
}

static void
fold_crypto(struct report_fold *f, const struct happening *h)
{
	struct report_month *m;
	const char *result = event_text(h->event, "res");
	const char *method = event_text(h->event, "method");
	size_t domains =
	    json_array_size(json_object_get(h->event, "rcpt_domain"));
	int month = report_year_month(h->time);

	if (h->time >= f->report->end ||
	    strcmp(event_text(h->event, "op"), "encrypt") != 0)
		return;
	m = &h->system->months[month];
	if (strcmp(result, "refused") == 0) {
		m->unprotected += domains;
	} else if (strcmp(result, "sealed") != 0) {
		m->postponed += domains;
	} else {
		*(strcmp(method, "smime") == 0 ? &m->smime : &m->openpgp) +=
		    domains;
		count_named(f, h->system->algorithms,
		    &h->system->algorithms_count,
		    event_text(h->event, "content_alg"), month);
	}
}

/* When held mail was born: its identifier (a ULID) says so, so that nothing
 * need be remembered of what is held. -1: not in this fiscal year. */
static int
month_of_birth(const struct report_fold *f, const char *q, int64_t time)
{
	static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

	if (ident_valid(q)) {
		time = 0;
		for (int i = 0; i < 10; i++)
			time = time * 32 + (strchr(digits, q[i]) - digits);
		time *= 1000;
	}
	if (time < f->report->begin || time >= f->report->end)
		return -1;
	return report_year_month(time);
}

static void
fold_held(struct report_fold *f, const struct happening *h)
{
	int month = month_of_birth(f, event_text(h->event, "q"), h->time);

	if (month == -1)
		return;
	h->system->months[month].held++;
	count_named(f, h->system->classes, &h->system->classes_count,
	    event_text(h->event, "class"), month);
}

static uint64_t
key_of(const char *q)
{
	uint64_t key = 14695981039346656037U; /* FNV-1a */

	for (; *q != '\0'; q++)
		key = (key ^ (unsigned char)*q) * 1099511628211U;
	return key | 1; /* 0 is a free place */
}

static bool
place(uint64_t *set, size_t size, uint64_t key)
{
	size_t i = (size_t)(key >> 1) % size;

	while (set[i] != 0 && set[i] != key)
		i = (i + 1) % size;
	if (set[i] == key)
		return false;
	set[i] = key;
	return true;
}

/* Doubled while it is half full. */
static int
grow(struct report_fold *f)
{
	size_t size = f->decided_size == 0 ? 1024 : f->decided_size * 2;
	uint64_t *larger;

	if (f->decided_count * 2 < f->decided_size)
		return 0;
	larger =
	    f->decided_count < DECIDED ? calloc(size, sizeof *larger) : NULL;
	if (larger == NULL) {
		give_up(f, "decisions about held mail", DECIDED);
		return -1;
	}
	for (size_t i = 0; i < f->decided_size; i++)
		if (f->decided[i] != 0)
			place(larger, size, f->decided[i]);
	free(f->decided);
	f->decided = larger;
	f->decided_size = size;
	return 0;
}

static bool
is_first(struct report_fold *f, const char *q)
{
	if (grow(f) == -1 || !place(f->decided, f->decided_size, key_of(q)))
		return false;
	f->decided_count++;
	return true;
}

static void
fold_released(struct report_fold *f, const struct happening *h)
{
	const char *q = event_text(h->event, "q"),
		   *result = event_text(h->event, "res");
	int month = month_of_birth(f, q, h->time);

	/* Begun, failed and unknown are on the way: see milter/act. */
	if (strcmp(result, "begun") == 0 || strcmp(result, "failed") == 0 ||
	    strcmp(result, "unknown") == 0)
		return;
	if (month != -1 && is_first(f, q))
		h->system->months[month].released++;
}

static void
fold_discarded(struct report_fold *f, const struct happening *h)
{
	const char *q = event_text(h->event, "q");
	int month = month_of_birth(f, q, h->time);

	if (month != -1 && is_first(f, q))
		h->system->months[month].discarded++;
}

static void
fold_sample(struct report_fold *f, const struct happening *h)
{
	struct report_system *s = h->system;
	json_t *age = json_object_get(h->event, "age");
	int64_t seconds = json_integer_value(age);
	uint8_t kind = seconds <= FRESH ? HOUR_FRESH
		       : seconds <= OLD ? HOUR_AGED
					: HOUR_OLD;
	uint8_t *hour;

	if (h->time >= f->report->end)
		return;
	hour = &s->hours[(h->time - f->report->begin) / (3600 * SECOND)];
	s->samples++;
	s->samples_reduced +=
	    json_is_true(json_object_get(h->event, "reduced"));
	snprintf(s->engine, sizeof s->engine, "%s",
	    event_text(h->event, "engine"));
	/* Unknown is not fresh: none but our own signatures, for example. */
	if (!json_is_integer(age)) {
		s->samples_unknown++;
		kind = HOUR_OLD;
	}
	if (seconds > s->oldest)
		s->oldest = seconds;
	if (kind > *hour)
		*hour = kind; /* its worst sample */
}

static void
fold_update(struct report_fold *f, const struct happening *h)
{
	if (h->time < f->report->end)
		h->system->updates_refused +=
		    strcmp(event_text(h->event, "res"), "refused") == 0;
}

static void
fold_heartbeat(struct report_fold *f, const struct happening *h)
{
	struct report_system *s = h->system;
	int64_t silence = (h->time - s->heartbeat) / SECOND;

	if (h->time >= f->report->end)
		return;
	if (s->heartbeat != 0 && silence > GAP)
		s->gaps += silence;
	s->heartbeat = h->time;
}

/* Reports do not change the next report. */
static void
fold_nothing(struct report_fold *f, const struct happening *h)
{
	(void)f;
	(void)h;
}

static const struct {
	enum event_type type;
	void (*fold)(struct report_fold *f, const struct happening *h);
} folds[] = {
	{ EVENT_MAIL_RECEIVED, fold_received },
	{ EVENT_AV_RESULT, fold_engine },
	{ EVENT_MAIL_VERDICT, fold_verdict },
	{ EVENT_MAIL_CRYPTO, fold_crypto },
	{ EVENT_QUARANTINE_CREATE, fold_held },
	{ EVENT_QUARANTINE_RELEASE, fold_released },
	{ EVENT_QUARANTINE_DELETE, fold_discarded },
	{ EVENT_AV_SAMPLE, fold_sample },
	{ EVENT_DB_UPDATE, fold_update },
	{ EVENT_SYS_HEARTBEAT, fold_heartbeat },
	{ EVENT_SYS_START, fold_nothing },
	{ EVENT_SYS_STOP, fold_nothing },
};

bool
report_fold_event(struct report_fold *f, json_t *event)
{
	enum event_type type = event_named(event_text(event, "type"));
	struct happening h = { .event = event,
		.time = clock_parse(event_text(event, "ts")) };
	const char *id = event_text(event, "system_id");

	if (h.time < f->report->begin ||
	    (f->report->only != NULL && strcmp(f->report->only, id) != 0))
		return true;
	for (size_t i = 0; i < COUNT(folds) && !f->bad; i++) {
		if (folds[i].type != type)
			continue;
		h.system = system_of(f, id);
		if (h.system == NULL)
			return false;
		if (h.time > f->report->last)
			f->report->last = h.time;
		folds[i].fold(f, &h);
	}
	return !f->bad;
}

void
report_fold_end(struct report_fold *f)
{
	close_mail(f);
	free(f->decided);
	f->decided = NULL;
}
