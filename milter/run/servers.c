/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "milter/base/clock.h"
#include "milter/run/servers.h"
#include "milter/base/banned.h"

enum { RETRY_MS = 1000, FAILED_RETRY_MS = 10000, DRAIN_GRACE_MS = 10000 };

typedef void teller(void *context, const struct server_news *news);

const char *
servers_name(enum server_name server)
{
	static const char *const names[] = { "scan", "lookup", "seal",
		"verify" };

	return names[server];
}

static void
tell_news(teller *tell, void *context, enum server_name server, int what,
    const char *text)
{
	struct server_news news = { .server = server, .text = text };

	news.what = what;
	tell(context, &news);
}

static bool
is_wanted(const struct servers *s, enum server_name server)
{
	return (server != SERVER_LOOKUP || s->conf->lookup) &&
	       (server != SERVER_VERIFY || s->conf->verify);
}

void
servers_renew(struct servers *s, enum server_name server)
{
	struct generation *g = &s->list[server];

	if (g->next.pid != 0)
		spawn_end(&g->next);
	g->start_after = 0;
	g->number++;
}

static void
start(struct servers *s, enum server_name server, teller *tell, void *context)
{
	struct generation *g = &s->list[server];
	char socket[512];
	struct reason why;

	snprintf(socket, sizeof socket, "%s/%s.%d", s->conf->run_dir,
	    servers_name(server), g->number);
	if (spawn_server(&g->next, s->conf, servers_name(server), s->file,
		socket, 0, &why) == -1) {
		g->start_after = clock_ms() + RETRY_MS;
		tell_news(tell, context, server, NEWS_FAILED, why.text);
	}
}

/* The new one takes the place that clients connect to. */
static int
put_in_place(struct servers *s, enum server_name server, struct reason *why)
{
	struct generation *g = &s->list[server];
	char place[512];

	snprintf(place, sizeof place, "%s/%s", s->conf->run_dir,
	    servers_name(server));
	if (rename(g->next.socket, place) == -1)
		return reason_errno(why, "%s", place);
	if (g->last.pid != 0)
		spawn_end(&g->last);
	g->last = g->now;
	g->last_until = clock_ms() + s->conf->scan_time * 1000 + DRAIN_GRACE_MS;
	spawn_drain(&g->last);
	g->now = g->next;
	memset(&g->next, 0, sizeof g->next);
	g->next.control = -1;
	return 0;
}

static void
look_at_next(struct servers *s, enum server_name server, teller *tell,
    void *context)
{
	struct generation *g = &s->list[server];
	struct reason why;
	int answer = spawn_answer(&g->next, clock_ms(), &why);

	if (answer == 0)
		return;
	if (answer == 1 && put_in_place(s, server, &why) == 0) {
		tell_news(tell, context, server, NEWS_READY, g->now.line);
		return;
	}
	spawn_end(&g->next);
	g->start_after = clock_ms() + FAILED_RETRY_MS;
	/* While another serves, only a change is a reason to try again. */
	if (g->now.pid != 0)
		g->start_after = INT64_MAX;
	tell_news(tell, context, server, NEWS_FAILED, why.text);
}

static bool
step(struct servers *s, enum server_name server, teller *tell, void *context)
{
	struct generation *g = &s->list[server];
	bool renewed = g->number > 0 && g->start_after == 0;

	if (!is_wanted(s, server))
		return false;
	if (g->last.pid != 0 && clock_ms() > g->last_until)
		spawn_end(&g->last);
	if (g->next.pid == 0 && (g->now.pid == 0 || renewed) &&
	    clock_ms() >= g->start_after) {
		g->start_after = INT64_MAX;
		start(s, server, tell, context);
	}
	if (g->next.pid != 0)
		look_at_next(s, server, tell, context);
	return g->next.pid != 0;
}

bool
servers_step(struct servers *s, teller *tell, void *context)
{
	bool starting = false;

	for (int i = 0; i < SERVERS; i++)
		starting |= step(s, (enum server_name)i, tell, context);
	return starting;
}

static void
forget(struct spawned *s)
{
	s->pid = 0; /* buried already */
	spawn_end(s);
}

bool
servers_buried(struct servers *s, int pid, teller *tell, void *context)
{
	for (int i = 0; i < SERVERS; i++) {
		struct generation *g = &s->list[i];

		if (g->last.pid == pid) {
			forget(&g->last);
			return true;
		}
		if (g->next.pid == pid) {
			/* What it said last is read before it is forgotten. */
			struct reason why;

			if (spawn_answer(&g->next, clock_ms(), &why) != -1)
				reason_set(&why, "it died while starting");
			forget(&g->next);
			g->start_after = g->now.pid != 0
					     ? INT64_MAX
					     : clock_ms() + FAILED_RETRY_MS;
			tell_news(tell, context, (enum server_name)i,
			    NEWS_FAILED, why.text);
			return true;
		}
		if (g->now.pid == pid) {
			forget(&g->now);
			g->start_after = clock_ms() + RETRY_MS;
			tell_news(tell, context, (enum server_name)i, NEWS_DIED,
			    "it ended unasked");
			return true;
		}
	}
	return false;
}

void
servers_forked(const struct servers *s)
{
	for (int i = 0; i < SERVERS; i++) {
		const struct generation *g = &s->list[i];

		if (g->now.control != -1)
			close(g->now.control);
		if (g->next.control != -1)
			close(g->next.control);
		if (g->last.control != -1)
			close(g->last.control);
	}
}

void
servers_end(struct servers *s)
{
	char place[512];

	for (int i = 0; i < SERVERS; i++) {
		spawn_end(&s->list[i].now);
		spawn_end(&s->list[i].next);
		spawn_end(&s->list[i].last);
		snprintf(place, sizeof place, "%s/%s", s->conf->run_dir,
		    servers_name((enum server_name)i));
		unlink(place);
	}
}
