/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "milter/base/clock.h"
#include "milter/lookup/lookup.h"
#include "milter/run/ask.h"
#include "milter/run/collect.h"
#include "milter/run/local.h"
#include "milter/base/banned.h"

enum { START_MS = 300000 }; /* the official signatures take half a minute */

static int
start(struct local_gate *g, struct spawned *s, const char *name,
    const char *file, int children, struct reason *why)
{
	char socket[128];

	snprintf(socket, sizeof socket, "%s/%s", g->folder, name);
	if (spawn_server(s, g->site->conf, name, file, socket, children, why) ==
	    -1)
		return -1;
	switch (spawn_answer(s, clock_ms() + START_MS, why)) {
	case 1:
		return 0;
	case 0:
		reason_set(why, "it did not get ready in %d s",
		    START_MS / 1000);
	}
	return reason_prefix(why, "%s server", name);
}

int
local_open(struct local_gate *g, const char *file, int children, bool online,
    struct reason *why)
{
	memset(g, 0, sizeof *g);
	g->scan.control = g->lookup.control = -1;
	g->online = online;
	snprintf(g->folder, sizeof g->folder, "/tmp/sekimori.XXXXXX");
	g->site = site_load(file, why);
	if (g->site == NULL)
		return -1;
	if (mkdtemp(g->folder) == NULL) {
		g->folder[0] = '\0';
		reason_errno(why, "scratch folder");
	} else if (chmod(g->folder, 0711) == 0 &&
		   start(g, &g->scan, "scan", file, children, why) == 0 &&
		   (!online || start(g, &g->lookup, "lookup", file, children,
				   why) == 0)) {
		return 0;
	}
	local_close(g);
	return -1;
}

void
local_close(struct local_gate *g)
{
	if (g->scan.pid != 0)
		spawn_end(&g->scan);
	if (g->lookup.pid != 0)
		spawn_end(&g->lookup);
	if (g->folder[0] != '\0')
		rmdir(g->folder);
	site_done(&g->site);
}

struct findings *
local_inspect(const struct local_gate *g, int message, const struct envelope *e)
{
	const struct conf *conf = g->site->conf;
	struct findings *f = findings_new(), *sender;
	int64_t end = clock_ms() + conf->scan_time * 1000;
	int64_t sender_end = clock_ms() + conf->lookup_time * 1000 + 1000;
	struct reason why, sender_why;
	bool look = g->online && !e->inside && e->client_ip[0] != '\0';
	int lookup = -1, scan;

	if (look)
		lookup = ask(g->lookup.socket, PACKET_LOOKUP, -1, e, sender_end,
		    &sender_why);
	scan = ask(g->scan.socket, PACKET_SCAN, message, e, end, &why);
	ask_collect(scan, f, FACT_SCAN_UNFINISHED, end, &why);
	if (!look)
		return f;
	sender = findings_new();
	ask_collect(lookup, sender, FACT_SPF_PERMERROR, sender_end,
	    &sender_why);
	sender->finished = true;
	findings_merge(f, sender);
	findings_free(&sender);
	return f;
}

int
local_message(const char *bytes, size_t size, struct reason *why)
{
	struct collect c;

	collect_init(&c, UINT64_MAX);
	collect_body(&c, bytes, size);
	if (collect_seal(&c, why) == -1) {
		collect_reset(&c);
		return -1;
	}
	free(c.buffer);
	return c.fd;
}
