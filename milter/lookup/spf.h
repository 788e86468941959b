/* SPDX-License-Identifier: ISC */
#ifndef SKM_LOOKUP_SPF_H
#define SKM_LOOKUP_SPF_H

#include <stddef.h>
#include <stdint.h>

#include "milter/base/reason.h"
#include "policy/fact.h"

/*
 * SPF (RFC 7208) by libspf2, behind guard.h. Only this module and the guard
 * know of libspf2.
 */

/* Who sends, as the MTA says it. */
struct spf_question {
	const char *client_ip;
	const char *helo;
	const char *sender; /* "" or NULL: the null reverse-path */
};

enum { SPF_WHY = 256 };

struct spf_answer {
	enum fact fact; /* one of FACT_SPF_* */
	const char *scope; /* "smtp.mailfrom" or "smtp.helo" (RFC 8601 2.7.2) */
	const char *domain; /* points into the question; not yet printable */
	char why[SPF_WHY];
};

/* Once per process: makes libspf2's server. spf_close() frees it. */
int spf_open(struct reason *why);
void spf_close(void);

/* Evaluates check_host() until deadline (clock_ms()). Always an answer. */
void spf_check(const struct spf_question *q, int64_t deadline,
    struct spf_answer *answer);

/* libspf2's version, "1.2.10". */
void spf_version(char *text, size_t size);

#endif
