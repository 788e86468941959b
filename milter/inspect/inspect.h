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
 * milter/inspect/local.mk: the registry is made from that list (see README).
 */
struct filetype;

struct inspection {
	const struct message *message;
	const struct envelope *envelope;
	const struct places *places;
	struct findings *findings;
	/* What each part is by its content, by part index (see filetype.h);
	 * inspect_message() fills it. */
	const struct filetype *filetypes;
};

struct inspector {
	const char *looks_for;
	/* Once, before the sandbox closes: open what cannot be opened later.
	 * NULL if there is nothing to do. */
	int (*prepare)(const struct conf *conf, struct reason *why);
	void (*run)(struct inspection *i);
};

/* Prepares every inspector, the engine among them; called once in the scan
 * server before it forks. */
int inspect_prepare(const struct conf *conf, struct reason *why);

/*
 * Runs every inspector over the message and fills i->findings, parts first
 * (findings part numbers are the message's part indexes). Sets finished. The
 * caller fills all of *i but filetypes; engine_temp() was called before.
 */
void inspect_message(struct inspection *i);

/* For inspectors: states a fact about a part, or about the whole message when
 * part is NULL or one of those beyond FINDINGS_PARTS. */
void inspect_fact(const struct inspection *i, enum fact fact,
    const struct part *part, const char *evidence, ...)
    __attribute__((format(printf, 4, 5)));

/* For inspectors: does the message leave one of our own, or go outside? */
bool inspect_leaves(const struct inspection *i);

/* For inspectors: the part was not inspected, for this reason. The first
 * reason stays; what the engine found is not taken back. */
void
inspect_not(struct inspection *i, const struct part *part, const char *reason);

#endif
