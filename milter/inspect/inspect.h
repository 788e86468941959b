/* SPDX-License-Identifier: ISC */
#ifndef SKM_INSPECT_INSPECT_H
#define SKM_INSPECT_INSPECT_H

#include "milter/base/conf.h"
#include "milter/base/reason.h"
#include "milter/mail/message.h"
#include "policy/envelope.h"
#include "policy/findings.h"

/*
 * An inspector looks at one aspect of a message and states facts with their
 * evidence. It decides nothing. A new one is one file and one line in
 * milter/inspect/local.mk: the registry is made from that list.
 */
struct inspection {
	const struct message *message;
	const struct envelope *envelope;
	const struct places *places;
	struct findings *findings;
};

struct inspector {
	const char *looks_for;
	/* Once, before the sandbox closes: open what cannot be opened later.
	 * NULL if there is nothing to do. */
	int (*prepare)(const struct conf *conf, struct reason *why);
	void (*run)(struct inspection *i);
};

/* Prepares every inspector; called once in the scan server before it forks. */
int inspect_prepare(const struct conf *conf, struct reason *why);

/*
 * Runs every inspector over the message and fills i->findings, parts first
 * (findings part numbers are the message's part indexes). Sets finished.
 */
void inspect_message(struct inspection *i);

#endif
