/* SPDX-License-Identifier: ISC */
#ifndef SKM_RUN_SITE_H
#define SKM_RUN_SITE_H

#include "milter/base/conf.h"
#include "milter/base/reason.h"
#include "policy/envelope.h"
#include "policy/policy.h"

/*
 * Settings, policy and places, read together and never written again. A
 * message keeps the site it began with; a reload makes a new one, and the old
 * one goes when its last message has gone.
 */
struct site {
	struct conf *conf;
	struct policy *policy;
	struct places *places;
	char conf_hash[65]; /* SHA-256 of the settings file's bytes, hex */
	int users; /* site.c's */
};

/* Reads all of it; NULL with file and line in why. One user. */
struct site *site_load(const char *file, struct reason *why);

/* One more user, one less; the last one frees. Safe from many threads. */
struct site *site_use(struct site *site);
void site_done(struct site **site);

#endif
