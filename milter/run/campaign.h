/* SPDX-License-Identifier: ISC */
#ifndef SKM_RUN_CAMPAIGN_H
#define SKM_RUN_CAMPAIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "milter/base/conf.h"
#include "policy/envelope.h"
#include "policy/findings.h"

/*
 * Campaigns: the same attachment, by its bytes or by the pattern of its name
 * and its size, to many recipients or from many senders in a short time.
 *
 * A table in memory of fixed size, so a flood of attachments costs no memory:
 * the attachment that the fewest mails had, of those the one not seen for the
 * longest, makes room. What is counted of each is a sketch (linear counting,
 * Whang et al. 1990) under a key of this process: nobody outside can choose
 * what collides, the same mail tried again adds nothing, and no address is
 * kept. After a restart the counting begins anew.
 */
struct campaigns;

enum { CAMPAIGN_ID = 14 };

/* What is known of the campaign that a mail belongs to. */
struct campaign {
	/* "c" and twelve hex digits of the hash of what is the same: the same
	 * on every gateway and after a restart. */
	char id[CAMPAIGN_ID];
	/* This mail is the first that is said to belong to it, or the first
	 * after which it is suspicious. */
	bool begins;
	/* From many senders, or with ever other contents under one name: no
	 * newsletter does that. */
	bool suspicious;
	unsigned mails, recipients, senders, contents; /* distinct, about */
	const char *what; /* the part's name, for people */
	char pattern[256]; /* "": the same bytes */
};

/* A table for so many attachments; NULL when memory is out. */
struct campaigns *campaigns_new(size_t places);

/* Frees *c and sets it to NULL; *c may be NULL. */
void campaigns_free(struct campaigns **c);

/*
 * Counts a mail whose inspection finished, at the time now (clock_ms()). Does
 * it belong to a campaign, by the settings campaign_window,
 * campaign_recipients and campaign_senders? Then *found is the most suspicious
 * that it belongs to; found->what is the findings'. Safe from many threads.
 */
bool campaign_note(struct campaigns *c, const struct conf *conf,
    const struct envelope *e, const struct findings *f, int64_t now,
    struct campaign *found);

#endif
