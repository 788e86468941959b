/* SPDX-License-Identifier: ISC */
#ifndef SKM_CERTS_OPENPGP_KEY_H
#define SKM_CERTS_OPENPGP_KEY_H

#include <gpgme.h>

#include "milter/base/reason.h"

/* Is an OpenPGP key good enough to encrypt to? Reasons are for the sender of
 * the mail. address NULL: any. */
int openpgp_key_check(gpgme_key_t key, const char *address, struct reason *why);

#endif
