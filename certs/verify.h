/* SPDX-License-Identifier: ISC */
#ifndef SKM_CERTS_VERIFY_H
#define SKM_CERTS_VERIFY_H

#include "certs/verified.h"
#include "milter/base/conf.h"
#include "milter/base/reason.h"

/*
 * What the signature of an inbound message is worth (RFC 8551, RFC 3156).
 *
 * Only a signature over the whole message counts: its root is signed, and
 * every reader sees the same author and the same parts (certs/signed.h).
 * Readers that show a signature somewhere inside as that of the mail are how
 * signed mail is spoofed.
 */

/* The one packet that asks: empty, with the message's sealed memfd. Answered
 * by findings_send()'s packets. */
enum { PACKET_VERIFY = 64 };

/* In the server's parent: the store can be read and gpg is there. ready gets
 * the libraries' versions. */
int verify_load(const struct conf *conf, char *ready, size_t size,
    struct reason *why);

/* In each child, before its cage closes; gpg works in temp. */
int
verify_prepare(const struct conf *conf, const char *temp, struct reason *why);

/* What the signature of the message in the sealed memfd is worth. Never
 * fails: what cannot be told is VERIFIED_UNCHECKED or VERIFIED_UNCLEAR. */
void verify_message(int message, struct verified *v);

#endif
