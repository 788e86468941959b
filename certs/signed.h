/* SPDX-License-Identifier: ISC */
#ifndef SKM_CERTS_SIGNED_H
#define SKM_CERTS_SIGNED_H

#include "milter/base/arena.h"
#include "milter/base/reason.h"
#include "milter/mail/span.h"

/*
 * A message that is signed as a whole: what was signed, by which signature,
 * and who its author is.
 *
 * Read as strictly as any reader: what one reader could take another way (a
 * second From, a boundary that is almost one, a part too many, an encoding
 * where none belongs) is refused, for then the signature would stand beside
 * words that the signer never wrote.
 */
enum signed_form {
	SIGNED_SMIME, /* multipart/signed, RFC 8551 3.5.3 */
	SIGNED_SMIME_INSIDE, /* application/pkcs7-mime, RFC 8551 3.5.2 */
	SIGNED_OPENPGP /* multipart/signed, RFC 3156 5 */
};

struct signed_mail {
	struct arena *arena;
	enum signed_form form;
	const char *from; /* the author's address */
	const char *display; /* the name shown for it, decoded */
	const char *subject; /* decoded */
	struct span content; /* what was signed, line ends CRLF; empty when it
			      * is inside of the signature */
	struct span signature; /* decoded */
};

/* Reads the message. Everything lives in the arena or in bytes. -1: not signed
 * as a whole, or not the same to every reader; m->form is set as far as it is
 * known. */
int signed_read(struct signed_mail *m, struct arena *a, struct span bytes,
    struct reason *why);

/* Does the signed entity say what the header around it says, where it says
 * anything (RFC 9788: From and Subject inside of the signature)? -1: it says
 * something else. */
int signed_agrees(const struct signed_mail *m, struct span entity,
    struct reason *why);

#endif
