/* SPDX-License-Identifier: ISC */

#include <arpa/nameser.h>
#include <netdb.h>
#include <resolv.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "milter/base/buf.h"
#include "milter/base/clock.h"
#include "milter/lookup/guard.h"
#include "milter/lookup/record.h"
#include "milter/lookup/resolve.h"

#include "milter/base/banned.h"

static unsigned char packet[RESOLVE_PACKET];

static void stop(struct guard *g, enum fact result, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void
stop(struct guard *g, enum fact result, const char *format, ...)
{
	va_list ap;

	if (g->stopped)
		return;
	g->stopped = true;
	g->result = result;
	va_start(ap, format);
	vsnprintf(g->why, sizeof g->why, format, ap);
	va_end(ap);
}

/* libspf2 ends the process on NULL, so out of memory ends it one call
 * earlier; the supervisor starts another. */
static SPF_dns_rr_t *
reply(struct guard *g, const char *name, ns_type type, int herrno)
{
	SPF_dns_rr_t *rr =
	    SPF_dns_rr_new_init(&g->layer, name, type, 0, herrno);

	if (rr == NULL)
		abort();
	return rr;
}

static void *
room(SPF_dns_rr_t *rr, size_t len)
{
	int at = rr->num_rr;

	if (SPF_dns_rr_buf_realloc(rr, at, len) != SPF_E_SUCCESS)
		abort();
	rr->num_rr++;
	return rr->rr[at];
}

/* "v=spf1" and a blank or the end (RFC 7208 4.5). */
static bool
is_spf(const char *text, size_t len)
{
	return len >= 6 && strncasecmp(text, "v=spf1", 6) == 0 &&
	       (len == 6 || text[6] == ' ');
}

static void
add_record(struct guard *g, SPF_dns_rr_t *rr, const char *text, size_t len)
{
	struct buf record;
	struct reason why;

	if (!is_spf(text, len))
		return;
	/* Written anew it is hardly longer: a blank at the end. */
	buf_init(&record, RECORD_BYTES + 16);
	if (record_rewrite(text, len, &record, &why) == -1)
		stop(g, FACT_SPF_PERMERROR, "the record of %s: %s", rr->domain,
		    why.text);
	else
		memcpy(room(rr, record.len + 1), buf_text(&record),
		    record.len + 1);
	buf_free(&record);
}

/* The strings of one TXT record are one text (RFC 7208 3.3). */
static void
add_text(struct guard *g, SPF_dns_rr_t *rr, const ns_rr *record)
{
	static char text[RESOLVE_PACKET + 1];
	const unsigned char *from = ns_rr_rdata(*record);
	size_t left = ns_rr_rdlen(*record), len = 0;

	while (left > 0) {
		size_t n = from[0];

		if (n > left - 1)
			return;
		memcpy(text + len, from + 1, n);
		len += n;
		from += n + 1;
		left -= n + 1;
	}
	text[len] = '\0';
	add_record(g, rr, text, len);
}

/* Letters, digits, "-", "_" and dots: what dn_expand() had to escape is no
 * host, and stays out of libspf2's macros. */
static bool
is_host(const char *name)
{
	return *name != '\0' && name[strspn(name, "abcdefghijklmnopqrstuvwxyz"
						  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
						  "0123456789-_.")] == '\0';
}

static void
add_name(struct guard *g, SPF_dns_rr_t *rr, const ns_msg *message,
    const ns_rr *record)
{
	size_t skip = rr->rr_type == ns_t_mx ? 2 : 0;
	const unsigned char *from = ns_rr_rdata(*record) + skip;
	char name[NS_MAXDNAME];
	size_t len;

	if (rr->num_rr == GUARD_NAMES) {
		/* Of PTR the rest is ignored, of MX it is an error. */
		if (rr->rr_type == ns_t_mx)
			stop(g, FACT_SPF_PERMERROR,
			    "%s has more than %d mail exchangers", rr->domain,
			    GUARD_NAMES);
		return;
	}
	if (ns_rr_rdlen(*record) <= skip ||
	    dn_expand(ns_msg_base(*message), ns_msg_end(*message), from, name,
		sizeof name) == -1 ||
	    !is_host(name))
		return;
	len = strlen(name) + 1;
	if (len > GUARD_NAME)
		return;
	memcpy(g->targets[rr->num_rr], name, len);
	memcpy(room(rr, len), name, len);
}

static void
add(struct guard *g, SPF_dns_rr_t *rr, const ns_msg *message,
    const ns_rr *record)
{
	size_t len = ns_rr_rdlen(*record);

	switch (rr->rr_type) {
	case ns_t_txt:
		add_text(g, rr, record);
		break;
	case ns_t_mx:
	case ns_t_ptr:
		add_name(g, rr, message, record);
		break;
	case ns_t_a:
	case ns_t_aaaa:
		if (len == (rr->rr_type == ns_t_a ? 4U : 16U))
			memcpy(room(rr, len), ns_rr_rdata(*record), len);
		break;
	default:
		break;
	}
}

static SPF_dns_rr_t *
found(struct guard *g, const char *name, ns_type type, size_t len)
{
	SPF_dns_rr_t *rr = reply(g, name, type, NETDB_SUCCESS);
	ns_msg message;
	ns_rr record;

	if (ns_initparse(packet, (int)len, &message) == -1)
		return rr;
	for (int i = 0; i < ns_msg_count(message, ns_s_an); i++)
		if (ns_parserr(&message, ns_s_an, i, &record) == 0 &&
		    ns_rr_type(record) == type)
			add(g, rr, &message, &record);
	if (type == ns_t_mx || type == ns_t_ptr) {
		g->targets_count = (size_t)rr->num_rr;
		g->targets_next = 0;
		g->targets_of = (int)type;
	}
	if (g->stopped)
		rr->herrno = TRY_AGAIN;
	else if (rr->num_rr == 0)
		rr->herrno = NO_DATA;
	return rr;
}

/* Is this the next name of the MX or PTR answer that libspf2 has? */
static bool
is_target(struct guard *g, const char *name, ns_type type)
{
	if ((type == ns_t_a || type == ns_t_aaaa) &&
	    g->targets_next < g->targets_count &&
	    strcmp(g->targets[g->targets_next], name) == 0) {
		g->targets_next++;
		return true;
	}
	g->targets_count = 0;
	return false;
}

static bool
labels_fit(const char *name)
{
	while (*name != '\0') {
		size_t n = strcspn(name, ".");

		if (n == 0 || n > 63)
			return false;
		name += n;
		if (*name == '.')
			name++;
	}
	return true;
}

/* A name that macros made too long loses labels from the left (RFC 7208 7.3).
 * NULL when no server could have it. */
static const char *
fit_name(const char *name)
{
	while (strlen(name) > 253) {
		name = strchr(name, '.');
		if (name == NULL)
			return NULL;
		name++;
	}
	return *name != '\0' && labels_fit(name) ? name : NULL;
}

static void
count(struct guard *g)
{
	/* The first question is for the sender's own record: no term. */
	if (g->questions++ > 0 && ++g->terms > GUARD_TERMS)
		stop(g, FACT_SPF_PERMERROR, "over %d DNS look-ups",
		    GUARD_TERMS);
}

static enum answer_status
ask(struct guard *g, const char *name, ns_type type, size_t *len)
{
	const char *fit = fit_name(name);
	enum answer_status status = ANSWER_NO_NAME;

	if (fit != NULL)
		status = resolve_ask(fit, (int)type, g->deadline, packet, len);
	return status;
}

static void
count_void(struct guard *g, ns_type type)
{
	if (type != ns_t_txt && ++g->voids > GUARD_VOIDS)
		stop(g, FACT_SPF_PERMERROR, "over %d DNS look-ups in vain",
		    GUARD_VOIDS);
}

/* RFC 7208 5.5: of ptr an error is no match; everywhere else it ends all. */
static void
failed(struct guard *g, const char *name, bool of_ptr)
{
	if (clock_ms() >= g->deadline)
		stop(g, FACT_SPF_TEMPERROR, "no answer in time about %s", name);
	else if (!of_ptr)
		stop(g, FACT_SPF_TEMPERROR, "the DNS failed on %s", name);
}

static SPF_dns_rr_t *
guard_lookup(SPF_dns_server_t *layer, const char *name, ns_type type,
    int should_cache)
{
	struct guard *g = layer->hook;
	bool target = is_target(g, name, type), of_ptr;
	enum answer_status status;
	size_t len = 0;

	(void)should_cache;
	/* Type 99 is history (RFC 7208 3.1), libspf2 asks for it first. */
	if (type == ns_t_spf)
		return reply(g, name, type, NO_DATA);
	if (!target && !g->stopped)
		count(g);
	if (g->stopped)
		return reply(g, name, type, TRY_AGAIN);
	of_ptr = type == ns_t_ptr || (target && g->targets_of == ns_t_ptr);
	status = ask(g, name, type, &len);
	if (status == ANSWER_FOUND)
		return found(g, name, type, len);
	if (status == ANSWER_FAILED)
		failed(g, name, of_ptr);
	else if (!target && g->questions > 1)
		count_void(g, type);
	if (g->stopped)
		return reply(g, name, type, TRY_AGAIN);
	return reply(g, name, type,
	    status == ANSWER_NO_DATA ? NO_DATA : HOST_NOT_FOUND);
}

/* The sender's explanation is text of an attacker that nobody is shown. */
static SPF_errcode_t
guard_explain(SPF_server_t *server, const char *domain, char **text,
    size_t *len)
{
	(void)server;
	(void)domain;
	if (*text != NULL && *len > 0)
		(*text)[0] = '\0';
	return SPF_E_SUCCESS;
}

void
guard_init(struct guard *g)
{
	memset(g, 0, sizeof *g);
	g->layer.lookup = guard_lookup;
	g->layer.get_exp = guard_explain;
	g->layer.name = "guard";
	g->layer.hook = g;
}

void
guard_start(struct guard *g, int64_t deadline)
{
	guard_init(g);
	g->deadline = deadline;
}
