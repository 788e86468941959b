/* SPDX-License-Identifier: ISC */
#ifndef SKM_CERTS_IMPORT_H
#define SKM_CERTS_IMPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "milter/base/reason.h"

/*
 * What is in a file that someone wants to import: PEM (several), DER, PKCS#7,
 * PKCS#12, LDIF or OpenPGP keys, told apart by content, never by name. Runs in
 * the cage: every byte of it is hostile. Private keys are no business of the
 * store: a file with one is refused.
 */
enum {
	IMPORT_FILE = 32 << 20, /* bytes of one file */
	IMPORT_OPENPGP = 4 << 20, /* of a file of OpenPGP keys */
	IMPORT_CERTIFICATES = 10000 /* in one file */
};

struct import_found {
	bool openpgp; /* else a certificate */
	const char *address; /* that the directory names; or NULL */
	const char *bytes; /* PEM, behind it those between; or OpenPGP */
	size_t len;
	const char *problem; /* why there are no bytes, or NULL */
	bool directory; /* it comes from an LDIF file */
};

struct import {
	const char *password; /* of PKCS#12, or NULL */
	bool own; /* the file holds a private key too: it is left out */
	void (*each)(void *context, const struct import_found *found);
	void *context;
};

/* Calls each for everything found in the bytes (a NUL behind them). 0, or -1:
 * the file cannot be read as a whole. */
int import_read(const struct import *i, const char *bytes, size_t len,
    struct reason *why);

#endif
