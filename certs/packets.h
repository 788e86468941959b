/* SPDX-License-Identifier: ISC */
#ifndef SKM_CERTS_PACKETS_H
#define SKM_CERTS_PACKETS_H

#include <stddef.h>
#include <stdint.h>

#include "milter/base/reason.h"

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

#endif
