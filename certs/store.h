/* SPDX-License-Identifier: ISC */
#ifndef SKM_CERTS_STORE_H
#define SKM_CERTS_STORE_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>

#include "milter/base/conf.h"
#include "milter/base/reason.h"

/*
 * Whom we can write to safely: one file per key below certs_dir.
 *
 *	smime/ADDRESS.pem      certificate of that address
 *	smime/ADDRESS.capabilities  what its owner has shown to read
 *	openpgp/ADDRESS.asc    public key of that address (armoured)
 *	ca/NAME.pem            authorities that smime/ must chain to; without
 *	                       any, a certificate that the operator put there
 *	                       is trusted as it is
 *
 * ADDRESS is lower case. Files are put there by `sekimorictl certs import`,
 * which checks them in the seal server: keys are hostile input too.
 */
struct store;

/* Opens certs_dir; missing folders are an empty store. */
struct store *store_open(const struct conf *conf, struct reason *why);
void store_close(struct store **s);

/* certs_dir itself, or -1 when there is none; closed with the store. */
int store_folder(const struct store *s);

/* The usable certificate of address: right name, valid now, chain if there
 * are authorities, key and algorithms over the floor (RSA >= 2048, P-256 ...).
 * NULL with the reason for the sender in why. Freed by X509_free(). */
X509 *
store_certificate(struct store *s, const char *address, struct reason *why);

enum { STORE_STAMP = 96 };

/* The armoured OpenPGP key of address, freed by free(); NULL and why. stamp
 * (STORE_STAMP bytes) changes whenever the file does. It is checked (expiry,
 * revocation, encryption subkey) by openpgp.c. */
char *store_openpgp(struct store *s, const char *address, size_t *len,
    char stamp[STORE_STAMP], struct reason *why);

/* What the address has shown to read (certs/capability.h), freed by free();
 * NULL when nothing is known. */
char *store_capabilities(struct store *s, const char *address, size_t *len);

/* Reads a certificate as store_certificate() does, but from these bytes. */
X509 *store_check(struct store *s, const char *pem, size_t len,
    const char *address, struct reason *why);

/* Puts a checked file (kind "smime" or "openpgp") under its address. */
int store_put(struct store *s, const char *kind, const char *address,
    const char *bytes, size_t len, struct reason *why);

/* Calls each for every address of the kind, in no order. */
int store_each(struct store *s, const char *kind,
    void (*each)(void *context, const char *address), void *context,
    struct reason *why);

#endif
