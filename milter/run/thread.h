/* SPDX-License-Identifier: ISC */
#ifndef SKM_RUN_THREAD_H
#define SKM_RUN_THREAD_H

#include <stdint.h>

#include "milter/base/hash.h"
#include "milter/quarantine/quarantine.h"
#include "policy/envelope.h"
#include "policy/findings.h"

/*
 * Which mails a message answers, and whether one of them was protected: then
 * the answer, which quotes it, must be too (thread.protected). Each answer
 * that is protected so is remembered itself, whoever wrote it, so that a
 * thread stays what it is.
 *
 * Message-IDs are known by keyed hashes only. Leaving the field out escapes
 * this, as leaving out a label does: it is against carelessness.
 */
enum { THREAD_ANSWERED = 32 };

struct thread {
	char own[HASH_HEX]; /* mask of the Message-ID, "" = none came */
	char answered[THREAD_ANSWERED][HASH_HEX]; /* the last of them */
	size_t count; /* that came in all */
};

/* Takes a header field: Message-ID, In-Reply-To and References count. */
void thread_field(struct thread *t, const struct quarantine *q,
    const char *name, const char *value);

/*
 * Before the policy is asked: states thread.protected about mail that goes
 * out and answers a protected one, and remembers a message that is marked,
 * holds personal information, came encrypted or is an answer of that kind, for
 * so many seconds (0: does nothing). When that cannot be looked up or
 * remembered, it is scan.unfinished: the mail is deferred, not let go.
 */
void thread_judge(const struct thread *t, struct quarantine *q,
    const struct envelope *e, int64_t seconds, struct findings *f);

#endif
