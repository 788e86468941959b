/* SPDX-License-Identifier: ISC */
#ifndef SKM_TESTS_ACT_LISTENER_H
#define SKM_TESTS_ACT_LISTENER_H

#include <pthread.h>

#include "milter/quarantine/quarantine.h"

/*
 * A small SMTP listener that behaves as the MTA with our filter in it: it lets
 * a token through once, and does what a script says.
 */
enum script {
	TAKE,
	REFUSE_SECOND, /* 550 to the second recipient */
	TEMPORARY_MAIL, /* 451 to MAIL */
	PASS_AND_REFUSE, /* the filter lets it pass, the MTA says 554 */
	PASS_AND_DEFER, /* the filter lets it pass, then there is no room: 451 */
	REFUSE_DATA, /* 554 behind the data */
	REFUSE_FIRST, /* likewise, the first time */
	CLOSE_UNTAKEN, /* the connection ends in front of the answer */
	CLOSE_TAKEN /* likewise, but it was taken */
};

extern struct listener {
	struct quarantine *q; /* where tokens are noted */
	char at[32]; /* "127.0.0.1:PORT" */
	int fd;
	pthread_t thread;
	enum script script;
	int mails; /* taken */
	char from[1024], to[4096], data[65536];
} listener;

/* Begins to listen, in a thread; listener_stop() ends it. */
void listener_start(struct quarantine *q);
void listener_stop(void);

#endif
