/* SPDX-License-Identifier: ISC */
#ifndef SKM_CERTS_BASE64_H
#define SKM_CERTS_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "milter/base/reason.h"
#include "milter/mail/span.h"

/*
 * Base64 in lines of 76 characters that end in CRLF (RFC 2045, 6.8), and the
 * armour around OpenPGP (RFC 4880, 6): written by us, because every line of a
 * mail must end as SMTP wants it.
 */

/* Writes len bytes to the end of fd. */
int base64_write(int fd, const unsigned char *bytes, size_t len,
    struct reason *why);

/* Writes len bytes of OpenPGP packets as an armoured message. */
int base64_armour(int fd, const unsigned char *bytes, size_t len,
    struct reason *why);

/* Reads the armoured message that is all of text, blank lines around it apart:
 * packets has room for text.len bytes, *len are used. False for anything that
 * is not whole, or that other readers may read in another way. */
bool base64_disarm(struct span text, unsigned char *packets, size_t *len);

#endif
