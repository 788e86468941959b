/* SPDX-License-Identifier: ISC */
#ifndef SKM_ACT_RELEASE_H
#define SKM_ACT_RELEASE_H

#include "milter/base/conf.h"
#include "milter/base/reason.h"
#include "milter/quarantine/quarantine.h"
#include "milter/record/journal.h"

/*
 * Sends a held message, byte for byte with a release token in front, to
 * release_listener. Twice gives one mail: held -> releasing (nonce durable) ->
 * SMTP -> released. A release that was killed in between, or lost the last
 * answer, is finished by the next call: if the milter let the nonce through it
 * counts as sent, else it is sent again with the same nonce. A refusal puts it
 * back to held. A listener without the filter cannot tell: there a release
 * killed between its 250 and our note of it is sent twice.
 * What waited by a rule that says hold is not delivered as it is: it is judged
 * again without such rules, encrypted where it must be, or refused.
 * note is the reason that staff gives; it is required.
 */
enum release_result {
	RELEASE_SENT,
	RELEASE_ALREADY,
	RELEASE_REFUSED, /* for good; it is held as before */
	RELEASE_FAILED
};

enum release_result
release_held(const struct conf *conf, struct quarantine *q, struct journal *j,
    const char *id, const char *user, const char *note, struct reason *why);

/* Gives a held message up for good; 0, or -1 when it is not held. */
int release_discard(const struct conf *conf, struct quarantine *q,
    struct journal *j, const char *id, const char *user, const char *note,
    struct reason *why);

#endif
