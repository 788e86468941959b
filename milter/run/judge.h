/* SPDX-License-Identifier: ISC */
#ifndef SKM_RUN_JUDGE_H
#define SKM_RUN_JUDGE_H

#include <libmilter/mfapi.h>
#include <stdbool.h>

#include "milter/act/act.h"
#include "milter/run/collect.h"
#include "milter/run/site.h"
#include "milter/run/thread.h"
#include "policy/envelope.h"

/*
 * One connection of the MTA, and what becomes of each message on it: ask both
 * servers, let the policy decide, act. Everything uncertain is "defer".
 */
struct session {
	struct envelope *envelope;
	struct collect message;
	struct site *site; /* of the message; NULL between messages */
	char token[256]; /* value of X-Sekimori-Release, or "" */
	struct thread thread; /* what it answers */
	bool refused; /* a bound of the envelope was passed: why */
	struct reason why;
	int64_t started; /* clock_ms() of MAIL; 0 between messages */
};

/* A session, or NULL when memory is out; freed by judge_session_free(). */
struct session *judge_session_new(void);
void judge_session_free(struct session **s);

/* MAIL: a new message begins; what was left of another is forgotten. */
void judge_begin(struct session *s);

/* The end of the message: everything, and the answer to the MTA. */
sfsistat judge_message(struct session *s, const struct mta *mta);

/* The message is over, answered or given up. */
void judge_end(struct session *s);

#endif
