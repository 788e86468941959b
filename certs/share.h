/* SPDX-License-Identifier: ISC */
#ifndef SKM_CERTS_SHARE_H
#define SKM_CERTS_SHARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "certs/profile.h"
#include "certs/seal.h"

/*
 * Who shares a sealed copy with whom: a pure function of what is known of the
 * recipients.
 *
 * Those named in To or Cc share one copy when one method is possible for all
 * of them (S/MIME before OpenPGP), else one copy a method. A ciphertext of
 * S/MIME has one cipher: who reads another gets another copy. Whoever is not
 * named there gets a copy alone: the recipient list of a ciphertext names
 * everyone who can open it, and some readers cannot open one that hides them
 * (encryption.md, finding 6).
 */
struct share {
	bool certificate, key; /* usable now, for this recipient */
	bool named; /* in To or Cc */
	enum content content; /* S/MIME's cipher for this one */
};

struct share_copy {
	enum seal_method method;
	enum content content; /* S/MIME: of each of them */
	size_t count;
	uint16_t rcpts[SEAL_RECIPIENTS]; /* numbers, rising */
};

/* Fills copies and returns how many there are: 0 when a recipient has neither
 * certificate nor key, or more than SEAL_COPIES would be needed. */
size_t share_out(const struct share *shares, size_t count,
    struct share_copy copies[SEAL_COPIES]);

#endif
