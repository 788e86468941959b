/* SPDX-License-Identifier: ISC */
#ifndef SKM_CERTS_OPENPGP_IMPORT_H
#define SKM_CERTS_OPENPGP_IMPORT_H

#include "certs/openpgp.h"

/*
 * A file of OpenPGP keys, taken apart: for each key and address one that holds
 * nothing but this user id and its newest self-signature. Signatures by others
 * are what keys are poisoned with (rnp#1101), and other user ids are other
 * people's business.
 */
enum { OPENPGP_KEYS = 256, OPENPGP_ADDRESSES = 16 };

struct openpgp_part {
	const char *address; /* "" when the key names none */
	gpgme_key_t key; /* checked for the address; NULL when refused */
	const char *bytes; /* armoured */
	size_t len;
	const char *problem; /* why it is refused, or NULL */
};

/* Calls each for every key and address; only for wanted unless that is NULL.
 * 0, or -1 when the file cannot be read. */
int openpgp_take_apart(struct openpgp *o, const char *bytes, size_t len,
    const char *wanted,
    void (*each)(void *context, const struct openpgp_part *part), void *context,
    struct reason *why);

#endif
