/* SPDX-License-Identifier: ISC */
#ifndef SKM_CERTS_ROOT_H
#define SKM_CERTS_ROOT_H

#include <stdbool.h>

#include "certs/seal.h"
#include "milter/mail/span.h"

/*
 * Is the whole content of a message one object that may be an encrypted one:
 * application/pkcs7-mime in base64 (RFC 8551, 3.3), or multipart/encrypted of
 * exactly its two parts (RFC 3156, 4), the second in armour?
 *
 * Read by the letter. Where a reader could see anything else beside the object
 * (a second Content-Type, a preamble, an epilogue, a third part, other lines in
 * the armour) the answer is no, and the message is then sealed like any other:
 * so a liberty that is not taken here costs an honest mail one more layer, and
 * no forged one gets out in clear.
 */
struct root {
	enum seal_method method;
	unsigned char *bytes; /* CMS, or OpenPGP packets: not parsed yet */
	size_t len;
};

/* False: it is not so; else root, freed by root_free(). */
bool root_read(struct root *root, struct span message);

/* Frees the bytes; they are NULL after. */
void root_free(struct root *root);

#endif
