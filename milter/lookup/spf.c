/* SPDX-License-Identifier: ISC */

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "milter/lookup/guard.h"
#include "milter/lookup/spf.h"

#include "milter/base/banned.h"

/* Over RFC 5321 4.5.3.1.1's 64, as bulk mailers' senders are; libspf2 expands
 * it once per macro. */
enum { LOCAL_PART = 255 };

static struct guard guard;
static SPF_server_t *server;

static void no_words(const char *file, int line, const char *text)
    __attribute__((noreturn));

/* What libspf2 would print holds an attacker's text. */
static void
no_words(const char *file, int line, const char *text)
{
	(void)file;
	(void)line;
	(void)text;
	abort();
}

int
spf_open(struct reason *why)
{
	SPF_error_handler = no_words;
	SPF_warning_handler = NULL;
	SPF_info_handler = NULL;
	SPF_debug_handler = NULL;
	guard_init(&guard);
	server = SPF_server_new_dns(&guard.layer, 0);
	if (server == NULL)
		return reason_set(why, "libspf2: no server");
	/* The guard counts over the whole evaluation. */
	SPF_server_set_max_dns_mech(server, GUARD_TERMS);
	SPF_server_set_max_dns_mx(server, GUARD_NAMES);
	SPF_server_set_max_dns_ptr(server, GUARD_NAMES);
	return 0;
}

void
spf_close(void)
{
	if (server != NULL)
		SPF_server_free(server);
	server = NULL;
}

void
spf_version(char *text, size_t size)
{
	int major, minor, patch;

	SPF_get_lib_version(&major, &minor, &patch);
	snprintf(text, size, "%d.%d.%d", major, minor, patch);
}

static int
answer_set(struct spf_answer *a, enum fact fact, const char *why)
{
	a->fact = fact;
	snprintf(a->why, sizeof a->why, "%s", why);
	return -1;
}

/* RFC 7208 4.3: a domain of at least two labels, or there is nothing to ask. */
static bool
is_domain(const char *domain)
{
	size_t len = strlen(domain);
	const char *end = domain + len;

	if (len > 0 && end[-1] == '.')
		end--;
	if (end == domain || end - domain > 253 || *domain == '[' ||
	    memchr(domain, '.', (size_t)(end - domain)) == NULL)
		return false;
	for (const char *p = domain; p < end; p++) {
		size_t n = strcspn(p, ".");

		if (n == 0 || n > 63)
			return false;
		p += n;
	}
	return domain[strspn(domain, "abcdefghijklmnopqrstuvwxyz"
				     "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "0123456789-_.")] == '\0';
}

/* libspf2 passes every client on loopback, whatever the record says. */
static int
set_client(SPF_request_t *request, const char *ip, struct spf_answer *a)
{
	struct in6_addr six;
	struct in_addr four;

	if (strncasecmp(ip, "IPv6:", 5) == 0)
		ip += 5;
	if (inet_pton(AF_INET6, ip, &six) == 1 && IN6_IS_ADDR_V4MAPPED(&six))
		memcpy(&four, six.s6_addr + 12, sizeof four);
	else if (inet_pton(AF_INET6, ip, &six) == 1) {
		if (IN6_IS_ADDR_LOOPBACK(&six))
			return answer_set(a, FACT_SPF_NONE,
			    "the client is on this machine");
		SPF_request_set_ipv6(request, six);
		return 0;
	} else if (inet_pton(AF_INET, ip, &four) != 1)
		return answer_set(a, FACT_SPF_NONE,
		    "the client has no address");
	if (ntohl(four.s_addr) >> 24 == IN_LOOPBACKNET)
		return answer_set(a, FACT_SPF_NONE,
		    "the client is on this machine");
	SPF_request_set_ipv4(request, four);
	return 0;
}

static int
set_sender(SPF_request_t *request, const struct spf_question *q,
    struct spf_answer *a)
{
	const char *at = q->sender != NULL ? strrchr(q->sender, '@') : NULL;
	bool null = q->sender == NULL || *q->sender == '\0';

	a->scope = null ? "smtp.helo" : "smtp.mailfrom";
	a->domain = null ? q->helo : at != NULL ? at + 1 : "";
	if (!is_domain(a->domain))
		return answer_set(a, FACT_SPF_NONE, "no domain to ask about");
	if (!null && at - q->sender > LOCAL_PART)
		return answer_set(a, FACT_SPF_PERMERROR,
		    "the sender's local part is over 255 bytes");
	/* %{h} of a name that is none is a name that nobody has. */
	if (SPF_request_set_helo_dom(request,
		is_domain(q->helo) ? q->helo : "unknown") != SPF_E_SUCCESS)
		return answer_set(a, FACT_SPF_TEMPERROR, "out of memory");
	/* This one answers 1 for success, unlike all others. */
	if (!null)
		SPF_request_set_env_from(request, q->sender);
	return 0;
}

static enum fact
fact_of(SPF_result_t result)
{
	switch (result) {
	case SPF_RESULT_PASS:
		return FACT_SPF_PASS;
	case SPF_RESULT_FAIL:
		return FACT_SPF_FAIL;
	case SPF_RESULT_SOFTFAIL:
		return FACT_SPF_SOFTFAIL;
	case SPF_RESULT_NEUTRAL:
		return FACT_SPF_NEUTRAL;
	case SPF_RESULT_NONE:
		return FACT_SPF_NONE;
	default:
		/* What was temporary stopped the guard, so libspf2's own
		 * "temporary" is an error of the record. */
		return FACT_SPF_PERMERROR;
	}
}

static void
explain(struct spf_answer *a, const char *ip, SPF_errcode_t code)
{
	static const struct {
		enum fact fact;
		const char *format;
	} words[] = {
		{ FACT_SPF_PASS, "%s is allowed" },
		{ FACT_SPF_FAIL, "%s is forbidden" },
		{ FACT_SPF_SOFTFAIL, "%s is probably not allowed" },
		{ FACT_SPF_NEUTRAL, "nothing is said about %s" },
	};

	if (a->fact == FACT_SPF_NONE) {
		answer_set(a, a->fact, "no SPF record");
		return;
	}
	answer_set(a, a->fact, SPF_strerror(code));
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (words[i].fact == a->fact)
			snprintf(a->why, sizeof a->why, words[i].format, ip);
}

static void
evaluate(SPF_request_t *request, const char *ip, struct spf_answer *a)
{
	SPF_response_t *response = NULL;

	SPF_request_query_mailfrom(request, &response);
	if (guard.stopped) {
		answer_set(a, guard.result, guard.why);
	} else if (response == NULL) {
		answer_set(a, FACT_SPF_TEMPERROR, "out of memory");
	} else {
		a->fact = fact_of(SPF_response_result(response));
		explain(a, ip, SPF_response_errcode(response));
	}
	if (response != NULL)
		SPF_response_free(response);
}

void
spf_check(const struct spf_question *q, int64_t deadline,
    struct spf_answer *answer)
{
	SPF_request_t *request = SPF_request_new(server);

	memset(answer, 0, sizeof *answer);
	answer->scope = "smtp.mailfrom";
	answer->domain = "";
	if (request == NULL) {
		answer_set(answer, FACT_SPF_TEMPERROR, "out of memory");
		return;
	}
	guard_start(&guard, deadline);
	if (set_sender(request, q, answer) == 0 &&
	    set_client(request, q->client_ip, answer) == 0)
		evaluate(request, q->client_ip, answer);
	SPF_request_free(request);
}
