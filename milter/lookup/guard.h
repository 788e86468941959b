/* SPDX-License-Identifier: ISC */
#ifndef SKM_LOOKUP_GUARD_H
#define SKM_LOOKUP_GUARD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <netinet/in.h>
#include <spf2/spf.h>

#include "policy/fact.h"

/*
 * What stands between the DNS and libspf2.
 *
 * libspf2 sees SPF records only, and each as record.h wrote it anew. The limits of RFC 7208 4.6.4 are counted here over the whole
 * evaluation, since libspf2 counts anew in every include and knows no void
 * lookups. Once a limit is hit the guard answers nothing more, and its own
 * result stands, whatever libspf2 makes of the silence.
 */
enum {
	GUARD_RECORD = 1024, /* bytes of an SPF record */
	GUARD_MACROS = 20, /* of one record */
	GUARD_TERMS = 10, /* RFC 7208 4.6.4: terms that cause questions */
	GUARD_VOIDS = 2, /* RFC 7208 4.6.4: of them without an answer */
	GUARD_NAMES = 10, /* RFC 7208 4.6.4: names of one MX or PTR answer */
	GUARD_NAME = 254 /* a domain name as text, with its NUL */
};

struct guard {
	SPF_dns_server_t layer; /* what libspf2 asks; hook points back here */
	int64_t deadline; /* clock_ms() */
	unsigned questions, terms, voids;
	bool stopped; /* result and why stand */
	enum fact result; /* FACT_SPF_TEMPERROR or FACT_SPF_PERMERROR */
	char why[200];
	/* Names of the last MX or PTR answer, which libspf2 asks next and
	 * which belong to the same term. */
	char targets[GUARD_NAMES][GUARD_NAME];
	size_t targets_count, targets_next;
	int targets_of; /* ns_t_mx or ns_t_ptr */
};

/* Makes the layer; it needs no freeing and outlives the libspf2 server. */
void guard_init(struct guard *g);

/* Before each evaluation: forgets the last one. */
void guard_start(struct guard *g, int64_t deadline);

#endif
