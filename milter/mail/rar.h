/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_RAR_H
#define SKM_MAIL_RAR_H

#include "milter/mail/reading.h"

/*
 * Encrypted rar, of versions 3 and 4 (AES-128) and 5 (AES-256), which
 * libarchive does not decrypt, and of version 5 not always notices: members
 * are decrypted here and written into another rar, which libarchive reads.
 *
 * What is not encrypted is read at once. What is waits for a password
 * (unlock.h); members with passwords of their own each for theirs.
 */

/* Adds the members of n; false, and none was added, if the bytes are no rar or
 * nothing in it is encrypted. */
bool rar_read(struct reading *r, struct node *n, struct span bytes);

#endif
