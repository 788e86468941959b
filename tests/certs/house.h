/* SPDX-License-Identifier: ISC */
#ifndef SKM_TESTS_CERTS_HOUSE_H
#define SKM_TESTS_CERTS_HOUSE_H

#include <pthread.h>

#include "certs/seal.h"
#include "milter/base/conf.h"

/*
 * The seal server in a thread, asked over its socket; what it answers is
 * opened by the programs that people have: openssl and gpg.
 */
extern struct house {
	char folder[64];
	char socket[128];
	int listener;
	pthread_t thread;
	struct conf *conf;
	char *sender, *user; /* who asks; NULL: nobody */
	int class; /* of what they ask for */
} house;

/* Makes the keys and starts the server; ends it. For cmocka. */
int house_open(void **unused);
int house_close(void **unused);

/* Runs a command. */
int shell(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A memfd with the text. */
int message_fd(const char *text, size_t len);

/* What the server answers for these recipients, NULL behind the last. */
struct seal_answer *ask(int fd, char *const *rcpts);

/* Writes the sealed message to FOLDER/sealed and gives it back. */
char *save(const struct seal_copy *copy);

/* Opens FOLDER/sealed with the private key of who, to FOLDER/opened. */
void open_smime(const char *who);
void open_openpgp(const char *who);

/* The same by NSS (Thunderbird) and by gpgsm: 0 when they could. */
int open_nss(const char *who);
int open_gpgsm(const char *who);

/* Is FOLDER/opened signed by one of the authority (keys.sh)? 0: yes, and what
 * is signed is in FOLDER/signed. */
int verify_openssl(void);
int verify_nss(void);
int verify_gpgsm(void);

/* The server answers by this smime_profile from now on. */
void house_profile(const char *name);

#endif
