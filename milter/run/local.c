/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "certs/claim.h"
#include "milter/base/clock.h"
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
	g->scan.control = g->lookup.control = g->verify.control = -1;
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
				   why) == 0) &&
		   (!g->site->conf->verify || start(g, &g->verify, "verify",
						  file, children, why) == 0)) {
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
	if (g->verify.pid != 0)
		spawn_end(&g->verify);
	if (g->folder[0] != '\0')
		rmdir(g->folder);
	site_done(&g->site);
}

struct findings *
local_inspect(const struct local_gate *g, int message, const struct envelope *e)
{
	bool look = g->online && !e->inside && e->client_ip[0] != '\0';
	bool sign = g->site->conf->verify && !e->inside;
	const struct question q = {
		.scan = g->scan.socket,
		.lookup = look ? g->lookup.socket : NULL,
		.verify =
		    sign && claim_signed(message) ? g->verify.socket : NULL,
		.message = message,
		.envelope = e,
	};

	return ask_servers(g->site->conf, &q);
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
