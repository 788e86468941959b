/* SPDX-License-Identifier: ISC */
#ifndef SKM_CERTS_PACKETS_H
#define SKM_CERTS_PACKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "milter/base/reason.h"
#include "milter/mail/span.h"

/*
 * Reads OpenPGP packets to their end (RFC 4880, 4.2), to know that what gpg
 * wrote is whole: a gpg that is killed half-way leaves a short file, and says
 * so to nobody (reliability.md, finding 9).
 */

/* Are the bytes exactly an encrypted message for recipients keys: so many
 * session key packets, then one integrity-protected packet, then nothing?
 * *algorithms gets a bit for each public-key algorithm in them (1 << number,
 * RFC 4880 9.1). */
int packets_check(const unsigned char *bytes, size_t len, size_t recipients,
    uint32_t *algorithms, struct reason *why);

enum { PACKETS_ID = 8, PACKETS_KEYS = 1024 };

/* An encrypted message of others: for whom, and by which cipher. */
struct packets_message {
	unsigned char keys[PACKETS_KEYS][PACKETS_ID]; /* ids of (sub)keys */
	size_t count;
	const char *algorithm; /* of the content, as far as it can be seen */
};

/* Reads it; false unless the bytes are exactly one: session keys of public
 * keys (a password opens nothing here), then one packet that is protected
 * against changes, by a cipher over the floor where it says which, then
 * nothing. */
bool packets_read(struct packets_message *m, struct span bytes);

/* The cipher with this number (RFC 4880, 9.2; RFC 5581) if it is over the
 * floor, "AES-256", else NULL. */
const char *packets_cipher(int number);

#endif
