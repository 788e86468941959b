/* SPDX-License-Identifier: ISC */
#include <unistd.h>

#include "milter/base/clock.h"
#include "milter/base/wire.h"
#include "milter/lookup/lookup.h"
#include "milter/run/ask.h"
#include "milter/base/banned.h"

static int
send_question(int fd, uint16_t kind, int message, const struct question *q,
    int64_t deadline, struct reason *why)
{
	struct wire_out out = { .len = 0 };

	envelope_put(&out, q->envelope);
	if (out.bad)
		return reason_set(why, "envelope over %d bytes", WIRE_MAX);
	return wire_send(fd, kind, out.bytes, out.len, message, deadline, why);
}

static int
ask_lookup(const struct question *q, int64_t deadline, struct reason *why)
{
	int fd = wire_connect(q->lookup, deadline, why);

	if (fd == -1 ||
	    send_question(fd, PACKET_LOOKUP, -1, q, deadline, why) == 0)
		return fd;
	close(fd);
	return -1;
}

static int
ask_scan(const struct question *q, int64_t deadline, struct reason *why)
{
	int fd = wire_connect(q->scan, deadline, why), sent = 0;

	if (fd == -1)
		return -1;
	for (size_t i = 0; sent == 0 && i < q->companions_count; i++)
		sent = wire_send(fd, PACKET_COMPANION, "", 0, q->companions[i],
		    deadline, why);
	if (sent == 0 &&
	    send_question(fd, PACKET_SCAN, q->message, q, deadline, why) == 0)
		return fd;
	close(fd);
	return -1;
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
ask_servers(const struct conf *conf, const struct question *q)
{
	struct findings *f = findings_new(), *sender;
	int64_t end = clock_ms() + conf->scan_time * 1000;
	int64_t sender_end = clock_ms() + conf->lookup_time * 1000 + 1000;
	struct reason why, sender_why;
	int question = -1, fd;

	if (q->lookup != NULL)
		question = ask_lookup(q, sender_end, &sender_why);
	fd = ask_scan(q, end, &why);
	collect(fd, f, FACT_SCAN_UNFINISHED, end, &why);
	if (q->lookup == NULL)
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
