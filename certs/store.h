/* SPDX-License-Identifier: ISC */
#ifndef SKM_CERTS_STORE_H
#define SKM_CERTS_STORE_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>

#include "milter/base/conf.h"
#include "milter/base/reason.h"

/*
 * Whom we can write to safely: the keys below certs_dir (certs/shelf.h has
 * their files), and
 *
 *	smime/ADDRESS.capabilities  what its owner has shown to read
 *	ca/NAME.pem            authorities that smime/ must chain to; without
 *	                       any, a certificate that the operator put there
 *	                       is trusted as it is
 *	crl/NAME.crl           what these authorities revoked (PEM or DER);
 *	                       usable until nextUpdate and crl_grace more
 *
 * Keys are put there by `sekimorictl certs import`, which checks them in the
 * seal server: keys are hostile input too.
 */
struct store;

/* Opens certs_dir; missing folders are an empty store. */
struct store *store_open(const struct conf *conf, struct reason *why);
void store_close(struct store **s);

/* The usable certificate of address: right name, valid now, not revoked, chain
 * if there are authorities, key and algorithms over the floor (RSA >= 2048,
 * P-256 ...). Of several the most trusted, then the one that names the local
 * part in the same letters, then the one that lasts longest.
 * NULL with the reason for the sender in why. Freed by X509_free(). */
X509 *
store_certificate(struct store *s, const char *address, struct reason *why);

/* What the address has shown to read (certs/capability.h), freed by free();
 * NULL when nothing is known. */
char *store_capabilities(struct store *s, const char *address, size_t *len);

/* Reads a certificate as store_certificate() does, but from these bytes. */
X509 *store_check(struct store *s, const char *pem, size_t len,
    const char *address, struct reason *why);

/* The folder, for certs/shelf.h; -1 when there is none. Owned by s. */
int store_folder(const struct store *s);

#endif
