/* SPDX-License-Identifier: ISC */
#ifndef SKM_RUN_POSTFIX_H
#define SKM_RUN_POSTFIX_H

#include <stdbool.h>
#include <stddef.h>

#include "milter/base/reason.h"

/*
 * The settings of a Postfix as it reads them itself: postconf(1) is asked, so
 * that defaults, $name and what a service of master.cf overrides are right.
 */
enum { POSTFIX_SERVICES = 512, POSTFIX_NAME = 128 };

struct postfix_service {
	char name[POSTFIX_NAME]; /* "smtp", "127.0.0.1:10026" */
	char type[16]; /* "inet", "unix" */
	char program[POSTFIX_NAME]; /* "smtpd" */
	bool chroot;
};

struct postfix {
	struct postfix_service services[POSTFIX_SERVICES];
	size_t services_count;
	char *settings, *overrides; /* lines of postconf */
};

/* Reads the settings in folder (NULL: those postconf reads by itself). NULL
 * and why: there is no postconf, or it does not take them. postfix_free()
 * frees. */
struct postfix *postfix_read(const char *folder, struct reason *why);
void postfix_free(struct postfix **p);

/* The value of a setting for a service (NULL: for all); "" when it is empty or
 * unknown to this Postfix. Until the next call. */
const char *postfix_value(const struct postfix *p,
    const struct postfix_service *service, const char *name);

/* Does this Postfix know the setting? */
bool postfix_knows(const struct postfix *p, const char *name);

/* Copies the next word of a list (blanks and commas between, braces keep
 * together and are taken off) and moves *list behind it; false at its end. */
bool postfix_word(const char **list, char *word, size_t size);

#endif
