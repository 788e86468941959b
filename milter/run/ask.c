/* SPDX-License-Identifier: ISC */
#include <string.h>
#include <unistd.h>

#include "certs/verify.h"
#include "milter/base/clock.h"
#include "milter/base/count.h"
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

static int
ask_verify(const struct question *q, int64_t deadline, struct reason *why)
{
	int fd = wire_connect(q->verify, deadline, why);

	if (fd == -1 ||
	    wire_send(fd, PACKET_VERIFY, "", 0, q->message, deadline, why) == 0)
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

/* What lookup or verify answers. One that crashed is a fact of its own, not an
 * inspection that did not finish. Freed by findings_free(). */
static struct findings *
collect_beside(int connection, enum fact silence, int64_t deadline,
    struct reason *why)
{
	struct findings *f = findings_new();

	collect(connection, f, silence, deadline, why);
	f->finished = true;
	return f;
}

/* Why what was signed may not be what is read, or NULL. */
static const struct found *
doubt(const struct findings *f)
{
	static const enum fact doubts[] = { FACT_SCAN_UNFINISHED,
		FACT_MESSAGE_AMBIGUOUS, FACT_MESSAGE_TWO_FROM,
		FACT_MESSAGE_PARTIAL, FACT_MESSAGE_NUL, FACT_MESSAGE_BARE_CR,
		FACT_MESSAGE_BARE_LF };
	const struct found *found = NULL;

	for (size_t i = 0; i < COUNT(doubts) && found == NULL; i++)
		found = findings_has(f, doubts[i]);
	return found;
}

static void
merge_signature(struct findings *f, const struct findings *signature)
{
	const struct found *good = findings_has(signature, FACT_SIGNATURE_GOOD);
	const struct found *why = doubt(f);

	if (good == NULL || why == NULL) {
		findings_merge(f, signature);
		return;
	}
	findings_fact(f, FACT_SIGNATURE_UNCLEAR, -1, 0, "%.*s %s: %s",
	    (int)strcspn(good->evidence, " "), good->evidence,
	    fact_row(why->fact)->name, why->evidence);
}

struct findings *
ask_servers(const struct conf *conf, const struct question *q)
{
	struct findings *f = findings_new(), *beside;
	int64_t end = clock_ms() + conf->scan_time * 1000;
	int64_t sender_end = clock_ms() + conf->lookup_time * 1000 + 1000;
	int64_t verify_end = clock_ms() + conf->verify_time * 1000 + 1000;
	struct reason why, sender_why, verify_why;
	int sender = -1, signature = -1, fd;

	if (q->lookup != NULL)
		sender = ask_lookup(q, sender_end, &sender_why);
	if (q->verify != NULL)
		signature = ask_verify(q, verify_end, &verify_why);
	fd = ask_scan(q, end, &why);
	collect(fd, f, FACT_SCAN_UNFINISHED, end, &why);
	if (q->lookup != NULL) {
		beside = collect_beside(sender, FACT_SPF_PERMERROR, sender_end,
		    &sender_why);
		findings_merge(f, beside);
		findings_free(&beside);
	}
	if (q->verify != NULL) {
		beside = collect_beside(signature, FACT_SIGNATURE_UNCHECKED,
		    verify_end, &verify_why);
		merge_signature(f, beside);
		findings_free(&beside);
	}
	return f;
}
