/* SPDX-License-Identifier: ISC */
#ifndef SKM_ACT_CUTS_H
#define SKM_ACT_CUTS_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "certs/fields.h"
#include "milter/act/act.h"

/*
 * What the act sanitise takes out of a message: the parts in which the facts
 * were found that the deciding rules ask for.
 */
struct cut {
	uint64_t begin, end; /* bytes of the message */
	const struct seen_part *part; /* of the findings: the part that goes */
};

struct cuts {
	struct cut *list; /* in the order of the message, apart */
	size_t count;
};

/*
 * The cuts that the plan's sanitise verdicts need. -1 and why when one of
 * their facts is in no part that can be taken out: then nothing of the message
 * is safe. *cuts, zeroed before, is freed by cuts_free() in either case.
 */
int cuts_find(struct cuts *cuts, const struct plan *plan,
    const struct findings *f, const struct fields *message, struct reason *why);
void cuts_free(struct cuts *cuts);

/* Does one of the plan's sanitise verdicts take out what has the fact? */
bool cuts_mean(const struct plan *plan, enum fact fact);

/* ["2 report.docm", ...]: path and name of each. New reference. */
json_t *cuts_json(const struct cuts *cuts);

#endif
