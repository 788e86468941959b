/* SPDX-License-Identifier: ISC */

#include <arpa/nameser.h>
#include <event2/event.h>
#include <stdbool.h>
#include <string.h>
#include <unbound.h>
#include <unbound-event.h>

#include "milter/base/clock.h"
#include "milter/base/count.h"
#include "milter/lookup/resolve.h"

#include "milter/base/banned.h"

/* One process, one thread, one question: so the resolver is the module's. */
static struct {
	struct event_base *loop;
	struct event *timer;
	struct ub_ctx *unbound;
	uintptr_t serial; /* of the question that is asked now */
	bool done;
	int rcode;
	unsigned char *packet;
	size_t len;
} resolver;

/*
 * A name server that an attacker runs can be slow on purpose, and libunbound
 * would count that against our forwarder until it asks it no more: its memory
 * of servers is short, and one that seems down is still asked.
 */
static const struct {
	const char *name, *value;
} options[] = {
	{ "module-config:", "iterator" },
	{ "do-not-query-localhost:", "no" },
	{ "infra-host-ttl:", "1" },
	{ "infra-cache-max-rtt:", "1500" },
	{ "infra-keep-probing:", "yes" },
	{ "outbound-msg-retry:", "3" },
	{ "msg-cache-size:", "4m" },
	{ "rrset-cache-size:", "8m" },
	{ "neg-cache-size:", "1m" },
	{ "cache-max-ttl:", "3600" },
	{ "use-syslog:", "no" },
	/* Reverse names of private networks are the forwarder's to judge. */
	{ "unblock-lan-zones:", "yes" },
};

static void
answered(void *serial, int rcode, void *packet, int len, int security,
    char *bogus, int limited)
{
	(void)security;
	(void)bogus;
	(void)limited;
	/* An answer to a question that was given up comes with the next. */
	if ((uintptr_t)serial != resolver.serial || resolver.done)
		return;
	resolver.done = true;
	resolver.rcode = rcode;
	if (packet == NULL || len < HFIXEDSZ || len > RESOLVE_PACKET)
		return;
	memcpy(resolver.packet, packet, (size_t)len);
	resolver.len = (size_t)len;
}

static void
time_is_over(evutil_socket_t unused, short what, void *context)
{
	(void)unused;
	(void)what;
	(void)context;
}

static int
set_options(struct reason *why)
{
	for (size_t i = 0; i < COUNT(options); i++) {
		int e = ub_ctx_set_option(resolver.unbound, options[i].name,
		    options[i].value);

		if (e != 0)
			return reason_set(why, "libunbound %s %s: %s",
			    options[i].name, options[i].value, ub_strerror(e));
	}
	return 0;
}

static int
set_servers(const struct conf_list *servers, struct reason *why)
{
	int e;

	if (servers->count == 0) {
		e = ub_ctx_resolvconf(resolver.unbound, NULL);
		return e == 0 ? 0
			      : reason_set(why, "/etc/resolv.conf: %s",
				    ub_strerror(e));
	}
	for (size_t i = 0; i < servers->count; i++) {
		e = ub_ctx_set_fwd(resolver.unbound, servers->items[i]);
		if (e != 0)
			return reason_set(why,
			    "dns_servers: \"%s\" is not ADDRESS or "
			    "ADDRESS@PORT",
			    servers->items[i]);
	}
	return 0;
}

/* The first question makes libunbound read what it will ever read. It knows
 * localhost itself (RFC 6761 6.3), so nothing leaves the machine. */
static int
ask_once(struct reason *why)
{
	static unsigned char packet[RESOLVE_PACKET];
	size_t len;

	if (resolve_ask("localhost", ns_t_a, clock_ms() + 1000, packet, &len) !=
	    ANSWER_FOUND)
		return reason_set(why, "libunbound cannot be started");
	return 0;
}

int
resolve_open(const struct conf *conf, struct reason *why)
{
	resolver.loop = event_base_new();
	if (resolver.loop == NULL)
		return reason_set(why, "libevent: no event loop");
	resolver.timer = evtimer_new(resolver.loop, time_is_over, NULL);
	resolver.unbound = ub_ctx_create_event(resolver.loop);
	if (resolver.timer == NULL || resolver.unbound == NULL) {
		resolve_close();
		return reason_set(why, "libunbound: no context");
	}
	if (set_options(why) == -1 ||
	    set_servers(&conf->dns_servers, why) == -1 || ask_once(why) == -1) {
		resolve_close();
		return -1;
	}
	return 0;
}

void
resolve_close(void)
{
	if (resolver.unbound != NULL)
		ub_ctx_delete(resolver.unbound);
	if (resolver.timer != NULL)
		event_free(resolver.timer);
	if (resolver.loop != NULL)
		event_base_free(resolver.loop);
	memset(&resolver, 0, sizeof resolver);
}

static void
wait_until(int64_t deadline)
{
	for (;;) {
		int64_t left = deadline - clock_ms();
		struct timeval time = { .tv_sec = left / 1000,
			.tv_usec = left % 1000 * 1000 };

		if (resolver.done || left <= 0)
			break;
		evtimer_add(resolver.timer, &time);
		if (event_base_loop(resolver.loop, EVLOOP_ONCE) != 0)
			break;
	}
	evtimer_del(resolver.timer);
}

static enum answer_status
judge(int type)
{
	ns_msg message;
	ns_rr record;

	if (!resolver.done || resolver.len == 0)
		return ANSWER_FAILED;
	if (resolver.rcode == ns_r_nxdomain)
		return ANSWER_NO_NAME;
	if (resolver.rcode != ns_r_noerror ||
	    ns_initparse(resolver.packet, (int)resolver.len, &message) == -1)
		return ANSWER_FAILED;
	for (int i = 0; i < ns_msg_count(message, ns_s_an); i++) {
		if (ns_parserr(&message, ns_s_an, i, &record) == -1)
			return ANSWER_FAILED;
		if ((int)ns_rr_type(record) == type)
			return ANSWER_FOUND;
	}
	return ANSWER_NO_DATA;
}

enum answer_status
resolve_ask(const char *name, int type, int64_t deadline, unsigned char *packet,
    size_t *len)
{
	enum answer_status status;
	int id = 0;

	resolver.serial++;
	resolver.done = false;
	resolver.packet = packet;
	resolver.len = 0;
	*len = 0;
	if (ub_resolve_event(resolver.unbound, name, type, ns_c_in,
		(void *)resolver.serial, answered, &id) != 0)
		return ANSWER_FAILED;
	wait_until(deadline);
	if (!resolver.done)
		ub_cancel(resolver.unbound, id);
	status = judge(type);
	if (status == ANSWER_FOUND)
		*len = resolver.len;
	resolver.packet = NULL;
	return status;
}
