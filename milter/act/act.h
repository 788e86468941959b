/* SPDX-License-Identifier: ISC */
#ifndef SKM_ACT_ACT_H
#define SKM_ACT_ACT_H

#include <libmilter/mfapi.h>

#include "milter/base/conf.h"
#include "milter/base/reason.h"
#include "milter/quarantine/quarantine.h"
#include "milter/record/journal.h"
#include "policy/policy.h"

/*
 * Verdicts -> effects: the only folder that changes the world.
 *
 * Acting has two steps. act_plan() is pure: it groups the recipients by
 * verdict and decides what the one answer to the MTA will be. act_carry_out()
 * then does what must be on stable storage first (quarantine, journal), then
 * changes the message, and last answers. Any error in between is "defer".
 */

/* Recipients that share one fate. */
struct group {
	struct verdict verdict;
	size_t *rcpts; /* numbers into envelope->rcpts */
	size_t count;
};

struct plan {
	struct group *groups;
	size_t count;
	enum verdict_kind answer; /* DELIVER: the message goes on (changed or
				   * not); QUARANTINE: nobody gets it now;
				   * REFUSE; DEFER; ENCRYPT: goes on sealed */
};

/* Decides for every recipient and groups them. Freed by act_plan_free(). */
struct plan *act_plan(const struct policy *p, const struct findings *f,
    const struct envelope *e);
void act_plan_free(struct plan **plan);

/* What acting needs; belongs to the session that calls. */
struct act {
	SMFICTX *ctx; /* NULL in tests: then nothing is sent to the MTA */
	const struct conf *conf;
	struct journal *journal;
	struct quarantine *quarantine;
	const struct policy *policy;
	const struct envelope *envelope;
	const struct findings *findings;
	int message;          /* sealed memfd */
	const char *seal_socket;
	int64_t started;      /* clock_ms() of MAIL */
	/* header fields of the message that must go: counts of existing
	 * X-Sekimori-* and of Authentication-Results fields with our id */
	const struct stale_header *stale;
	size_t stale_count;
};

/* An existing header field to remove: name and its 1-based position among the
 * fields of that name (smfi_chgheader's index). */
struct stale_header {
	char name[64];
	int index;
};

/*
 * Carries the plan out and returns what the eom callback must answer:
 * SMFIS_CONTINUE, SMFIS_DISCARD, SMFIS_REJECT or SMFIS_TEMPFAIL (replies are
 * set). line gets the one syslog line. On any failure SMFIS_TEMPFAIL, nothing
 * of the message having been changed before everything was durable.
 */
sfsistat act_carry_out(struct act *a, const struct plan *plan, char *line,
    size_t size);

#endif
