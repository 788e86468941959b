/* SPDX-License-Identifier: ISC */
#ifndef SKM_ACT_ACT_H
#define SKM_ACT_ACT_H

#include "milter/act/mta.h"
#include "milter/act/pace.h"
#include "milter/base/conf.h"
#include "milter/base/reason.h"
#include "milter/quarantine/quarantine.h"
#include "milter/quarantine/spool.h"
#include "milter/record/journal.h"
#include "policy/policy.h"

/*
 * Verdicts -> effects: the only folder that changes the world.
 *
 * Acting has two steps. act_plan() is pure: it groups the recipients by
 * verdict and decides what becomes of each group. act_carry_out() then does
 * what must be on stable storage first (quarantine, journal), then changes the
 * message, and last answers. Any error in between is "defer".
 */

/* Recipients that share one fate. */
struct group {
	struct verdict verdict;
	/* What is done, where one SMTP answer for all recipients makes it
	 * differ from the verdict: refused beside others is held, any defer
	 * defers all, sanitised beside clear sanitises all, sanitised beside
	 * encrypted is held. */
	enum verdict_kind effect;
	const char *class; /* effect quarantine, hold, sanitise: class for the
			    * reviewer */
	size_t *rcpts; /* numbers into envelope->rcpts, rising */
	size_t count;
	char held[IDENT_SIZE]; /* carried out: its name in the quarantine */
	int seen; /* carried out: how often the same was held */
};

struct plan {
	struct group *groups;
	size_t count;
	enum verdict_kind answer; /* DELIVER or TAG: the message goes on;
				   * SANITISE: goes on without some parts;
				   * ENCRYPT: goes on, sealed for some or
				   * all; HOLD, QUARANTINE: nobody gets it now;
				   * REFUSE; DEFER */
};

/* Decides for every recipient and groups them. Freed by act_plan_free(). */
struct plan *act_plan(const struct policy *p, const struct findings *f,
    const struct envelope *e);
void act_plan_free(struct plan **plan);

/* The plan for a message that came with a good token: everyone gets it,
 * whatever the policy says. Released by staff, or a copy of ours. */
struct plan *act_plan_released(const struct envelope *e);
struct plan *act_plan_copy(const struct envelope *e);

/* The plan in which everyone's fate is the same, whatever the policy says: a
 * bound of the gate itself was passed. */
struct plan *
act_plan_all(const struct envelope *e, const struct verdict *verdict);

/* The pure half of act_plan(): one verdict a recipient, in order. */
struct plan *act_plan_from(const struct verdict *verdicts, size_t count);

/* What acting needs; belongs to the session that calls. */
struct act {
	const struct mta *mta;
	const struct conf *conf;
	struct journal *journal;
	struct quarantine *quarantine;
	struct spool *spool;
	/* For notices to our senders; places NULL: there are none. */
	const struct places *places;
	struct pace *pace;
	const struct policy *policy;
	const struct envelope *envelope;
	const struct findings *findings;
	int message; /* sealed memfd */
	const char *seal_socket;
	/* Inspects a sanitised copy (a memfd) as the message was inspected.
	 * Never NULL, freed by findings_free(); context is the caller's. */
	struct findings *(*inspect)(void *context, int copy);
	void *context;
	int64_t started; /* clock_ms() of MAIL */
	/* A release token that token_check() found good: names of the held
	 * message and of the attempt, or NULL. It is used up durably before
	 * the message goes on. */
	const char *release_id, *release_nonce;
	bool copy; /* the token was that of a copy of ours: what we said in
		    * its fields stays */
	/* Reply codes of a refusal; NULL: 550 and 5.7.1. */
	const char *code, *extended;
};

/*
 * Carries the plan out and returns what the eom callback must answer:
 * SMFIS_CONTINUE, SMFIS_DISCARD (held, or its copies are in the spool),
 * SMFIS_REJECT or SMFIS_TEMPFAIL (replies are set). line gets the one syslog line. On any failure SMFIS_TEMPFAIL, nothing
 * of the message having been changed before everything was durable.
 *
 * Fields that only we may set (X-Sekimori-*, Authentication-Results with our
 * id) are found in the message and removed from what is delivered.
 */
sfsistat
act_carry_out(struct act *a, struct plan *plan, char *line, size_t size);

#endif
