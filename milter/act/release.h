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
 * SMTP -> released. A release that was killed in between is finished by the
 * next call: if the milter let the nonce through it counts as sent.
 * note is the reason that staff gives; it is required.
 */
enum release_result { RELEASE_SENT, RELEASE_ALREADY, RELEASE_FAILED };

enum release_result release_held(const struct conf *conf,
    struct quarantine *q, struct journal *j, const char *id,
    const char *user, const char *note, struct reason *why);

#endif
