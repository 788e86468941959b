/* SPDX-License-Identifier: ISC */
#ifndef SKM_TESTS_LOOKUP_NAMESERVER_H
#define SKM_TESTS_LOOKUP_NAMESERVER_H

#include <stdio.h>
#include <sys/types.h>

/* tests/lookup/dns.py as a child of the test. */
struct nameserver {
	pid_t pid;
	int input; /* closing it ends the server */
	char folder[64], zone[96], log[96];
	char address[32]; /* "127.0.0.1@PORT", as dns_servers wants it */
};

/* Starts it on a free port with this zone (JSON text), or ends the test
 * program. */
void nameserver_start(struct nameserver *n, const char *zone);

/* How many questions it has seen whose log line begins with what. */
int nameserver_asked(const struct nameserver *n, const char *what);

/* Ends it and removes its files. */
void nameserver_stop(struct nameserver *n);

#endif
