/* SPDX-License-Identifier: ISC */
#ifndef SKM_INSPECT_LOOKALIKE_H
#define SKM_INSPECT_LOOKALIKE_H

#include "milter/base/reason.h"
#include "milter/inspect/inspect.h"

/*
 * Does a host name pretend to be one of our own domains? Names are folded to
 * what the eye sees (UTS 39 skeletons, 0 and o, 1 and l, vv and w, hyphen and
 * dot) and compared: "cao-go.jp", "ca0.go.jp", "cao.go.jp.login.example" all
 * pretend to be cao.go.jp.
 */
struct lookalike;

/* Opens ICU's table; before the sandbox closes. May be called twice. */
int lookalike_prepare(struct reason *why);

/* Our own domains, folded, in the message's arena. */
const struct lookalike *lookalike_own(const struct inspection *i);

/* The own domain that host (lower case, A-labels) pretends to be; NULL when it
 * pretends nothing, or is our own. */
const char *lookalike_of(const struct lookalike *own,
    const struct inspection *i, const char *host);

#endif
