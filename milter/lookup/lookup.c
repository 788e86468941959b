/* SPDX-License-Identifier: ISC */

#include <stdio.h>
#include <unbound.h>

#include "milter/base/clock.h"
#include "milter/base/wire.h"
#include "milter/lookup/lookup.h"
#include "milter/lookup/resolve.h"
#include "milter/lookup/spf.h"

#include "milter/base/banned.h"

/* Who asks has the envelope at hand: it is sent at once or never. */
enum { REQUEST_MS = 5000 };

/* Set once by lookup_prepare(), before the first envelope. */
static int64_t budget_ms;

int
lookup_prepare(const struct conf *conf, struct reason *why)
{
	budget_ms = conf->lookup_time * 1000;
	if (resolve_open(conf, why) == -1)
		return -1;
	return spf_open(why);
}

int
lookup_prepare_child(const struct conf *conf, const char *temp,
    struct reason *why)
{
	(void)temp;
	return lookup_prepare(conf, why);
}

int
lookup_load(const struct conf *conf, char *ready, size_t size,
    struct reason *why)
{
	char version[32];

	if (lookup_prepare(conf, why) == -1)
		return -1;
	/* A child must not share the parent's sockets and event loop. */
	spf_close();
	resolve_close();
	spf_version(version, sizeof version);
	snprintf(ready, size, "libspf2 %s, libunbound %s", version,
	    ub_version());
	return 0;
}

void
lookup_envelope(const struct envelope *e, struct findings *f, int64_t deadline)
{
	struct spf_question question = { .client_ip = e->client_ip,
		.helo = e->helo,
		.sender = e->sender };
	struct spf_answer answer;
	int64_t begin = clock_ms();

	if (!e->inside) {
		spf_check(&question, deadline, &answer);
		findings_fact(f, answer.fact, -1, 0, "%s=%s %s", answer.scope,
		    answer.domain, answer.why);
	}
	f->milliseconds = clock_ms() - begin;
	f->finished = true;
}

static int
answer_packet(int connection, const struct wire_head *head,
    const unsigned char *bytes, struct reason *why)
{
	struct wire_in in = { .bytes = bytes, .len = head->length };
	int64_t deadline = clock_ms() + budget_ms;
	struct envelope *e;
	struct findings *f;
	int result;

	if (head->kind != PACKET_LOOKUP)
		return reason_set(why, "packet of kind %u, expected %d",
		    head->kind, PACKET_LOOKUP);
	e = envelope_get(&in, why);
	if (e == NULL)
		return -1;
	f = findings_new();
	lookup_envelope(e, f, deadline);
	result = findings_send(connection, f, clock_ms() + REQUEST_MS, why);
	findings_free(&f);
	envelope_free(&e);
	return result;
}

int
lookup_serve(int connection, struct reason *why)
{
	static unsigned char bytes[WIRE_MAX];
	struct wire_head head;

	if (wire_recv(connection, &head, bytes, NULL, clock_ms() + REQUEST_MS,
		why) == -1)
		return -1;
	return answer_packet(connection, &head, bytes, why);
}
