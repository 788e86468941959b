/* SPDX-License-Identifier: ISC */
#include <unistd.h>

#include "milter/base/clock.h"
#include "milter/base/wire.h"
#include "milter/lookup/lookup.h"
#include "milter/run/ask.h"
#include "milter/base/banned.h"

static int
ask(const char *socket, uint16_t kind, int message, const struct envelope *e,
    int64_t deadline, struct reason *why)
{
	struct wire_out out = { .len = 0 };
	int fd = wire_connect(socket, deadline, why);

	if (fd == -1)
		return -1;
	envelope_put(&out, e);
	if (out.bad)
		reason_set(why, "envelope over %d bytes", WIRE_MAX);
	if (out.bad || wire_send(fd, kind, out.bytes, out.len, message,
			   deadline, why) == -1) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Collects the answer into f and closes the connection, -1 included. */
static void
collect(int connection, struct findings *f, enum fact silence, int64_t deadline,
    struct reason *why)
{
	if (connection != -1) {
		int result = findings_recv(connection, f, deadline, why);

		close(connection);
		if (result == 0)
			return;
	}
	f->finished = false;
	findings_fact(f, silence, -1, 0, "%s", why->text);
}

struct findings *
ask_servers(const struct conf *conf, const char *scan, const char *lookup,
    int message, const struct envelope *e)
{
	struct findings *f = findings_new(), *sender;
	int64_t end = clock_ms() + conf->scan_time * 1000;
	int64_t sender_end = clock_ms() + conf->lookup_time * 1000 + 1000;
	struct reason why, sender_why;
	int question = -1, fd;

	if (lookup != NULL)
		question =
		    ask(lookup, PACKET_LOOKUP, -1, e, sender_end, &sender_why);
	fd = ask(scan, PACKET_SCAN, message, e, end, &why);
	collect(fd, f, FACT_SCAN_UNFINISHED, end, &why);
	if (lookup == NULL)
		return f;
	sender = findings_new();
	collect(question, sender, FACT_SPF_PERMERROR, sender_end, &sender_why);
	/* A lookup that crashed is a fact of its own, not an inspection that
	 * did not finish. */
	sender->finished = true;
	findings_merge(f, sender);
	findings_free(&sender);
	return f;
}
