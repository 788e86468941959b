/* SPDX-License-Identifier: ISC */
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "milter/base/clock.h"
#include "milter/base/log.h"
#include "milter/run/supervisor_events.h"
#include "milter/base/banned.h"

static void
record(struct supervisor_events *e, enum event_type type, const char *kind,
    json_t *fields)
{
	const struct actor actor = { .kind = kind,
		.id = "sekimorid",
		.role = "" };
	struct reason why;

	if (fields == NULL)
		log_error("%s not recorded: out of memory", event_name(type));
	else if (journal_event(e->journal, type, &actor, fields, &why) == -1)
		log_error("%s not recorded: %s", event_name(type), why.text);
}

int
supervisor_events_open(struct supervisor_events *e, const struct site *site,
    struct reason *why)
{
	e->started = clock_ms();
	e->journal = journal_open(site->conf, why);
	if (e->journal == NULL)
		return -1;
	record(e, EVENT_SYS_START, "system",
	    json_pack("{s:s,s:i,s:s,s:s}", "version", PACKAGE_VERSION, "pid",
		(int)getpid(), "config_hash", site->conf_hash, "rules_hash",
		policy_hash(site->policy)));
	log_info("version %s started, policy %s with %zu rules",
	    PACKAGE_VERSION, policy_name(site->policy),
	    policy_rules(site->policy));
	return 0;
}

void
supervisor_events_close(struct supervisor_events *e)
{
	journal_close(&e->journal);
}

/* "SIGNATURES DB_TIME REDUCED VERSION", as scan's load() wrote it. */
static void
take_engine(struct supervisor_events *e, const char *line)
{
	unsigned long long signatures = 0;
	long long db_time = 0;
	int reduced = 1, at = 0;

	e->loaded = sscanf(line, "%llu %lld %d %n", &signatures, &db_time,
			&reduced, &at) == 3;
	e->signatures = signatures;
	e->db_time = db_time;
	e->reduced = reduced != 0;
	snprintf(e->engine, sizeof e->engine, "%.100s", line + at);
}

static json_t *
engine_fields(const struct supervisor_events *e)
{
	return json_pack("{s:s,s:I,s:I,s:b}", "engine", e->engine, "signatures",
	    (json_int_t)e->signatures, "db_time", (json_int_t)e->db_time,
	    "reduced", e->reduced);
}

static void
signatures_taken(struct supervisor_events *e, const struct conf *conf)
{
	json_t *fields = engine_fields(e);

	json_object_set_new(fields, "res", json_string("taken"));
	record(e, EVENT_DB_UPDATE, "system", fields);
	log_info("inspecting with %s, %llu signatures", e->engine,
	    (unsigned long long)e->signatures);
	if (e->reduced)
		log_warning("ONLY SEKIMORI'S OWN TEST SIGNATURES ARE LOADED: "
			    "there are none in %s (install clamav-freshclam)",
		    conf->signature_dir);
	supervisor_event_sample(e);
}

void
supervisor_event_news(struct supervisor_events *e, const struct conf *conf,
    const struct server_news *news)
{
	const char *name = servers_name(news->server);

	if (news->what == NEWS_READY) {
		log_info("%s is ready", name);
		if (news->server == SERVER_SCAN) {
			take_engine(e, news->text);
			signatures_taken(e, conf);
		}
		return;
	}
	log_error("%s %s: %s", name,
	    news->what == NEWS_DIED ? "died" : "did not start", news->text);
	if (news->server == SERVER_SCAN && news->what == NEWS_FAILED)
		record(e, EVENT_DB_UPDATE, "system",
		    json_pack("{s:s,s:s}", "res", "refused", "note",
			news->text));
	else
		record(e, EVENT_SYS_CHILD, "system",
		    json_pack("{s:s,s:s}", "server", name, "status",
			news->text));
}

void
supervisor_event_child(struct supervisor_events *e, const char *name,
    int status)
{
	char text[64];

	if (WIFSIGNALED(status))
		snprintf(text, sizeof text, "signal %d", WTERMSIG(status));
	else
		snprintf(text, sizeof text, "status %d", WEXITSTATUS(status));
	log_error("the %s ended: %s", name, text);
	record(e, EVENT_SYS_CHILD, "system",
	    json_pack("{s:s,s:s}", "server", name, "status", text));
}

static void
record_change(struct supervisor_events *e, enum event_type type,
    const char *last, const char *next)
{
	if (strcmp(last, next) != 0)
		record(e, type, "user",
		    json_pack("{s:s,s:s,s:s}", "old", last, "new", next, "res",
			"taken"));
}

void
supervisor_event_reload(struct supervisor_events *e, const struct site *last,
    const struct site *next, const struct reason *why)
{
	if (next == NULL) {
		log_error("settings not taken up, the old ones stay: %s",
		    why->text);
		record(e, EVENT_CONFIG_CHANGE, "user",
		    json_pack("{s:s,s:s,s:s}", "old", last->conf_hash, "res",
			"refused", "note", why->text));
		return;
	}
	log_info("settings and policy read again");
	record_change(e, EVENT_CONFIG_CHANGE, last->conf_hash, next->conf_hash);
	record_change(e, EVENT_RULES_CHANGE, policy_hash(last->policy),
	    policy_hash(next->policy));
}

void
supervisor_event_heartbeat(struct supervisor_events *e)
{
	record(e, EVENT_SYS_HEARTBEAT, "timer",
	    json_pack("{s:I}", "uptime",
		(json_int_t)((clock_ms() - e->started) / 1000)));
}

void
supervisor_event_sample(struct supervisor_events *e)
{
	json_t *fields = e->loaded ? engine_fields(e) : NULL;

	if (fields == NULL)
		return;
	/* 0 is unknown (no official database), not fresh. */
	if (e->db_time != 0)
		json_object_set_new(fields, "age",
		    json_integer(clock_now() / 1000000 - e->db_time));
	record(e, EVENT_AV_SAMPLE, "timer", fields);
}

void
supervisor_event_seal(struct supervisor_events *e)
{
	struct reason why;

	if (journal_seal(e->journal, &why) == -1)
		log_error("the journal is not sealed: %s", why.text);
}

void
supervisor_event_stop(struct supervisor_events *e)
{
	record(e, EVENT_SYS_STOP, "system",
	    json_pack("{s:s,s:i}", "version", PACKAGE_VERSION, "pid",
		(int)getpid()));
	log_info("stopped");
}
