/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_CUT_H
#define SKM_MAIL_CUT_H

#include "milter/mail/reading.h"

/*
 * Where a message can be cut, so that a part of it is taken out (or another
 * put in its place) and every reader sees the rest as before.
 *
 * The stretch of a part reaches from its header's first byte to its body's
 * last, the line end before the boundary (RFC 2046 5.1.1) not among them. What
 * was packed in a part, at any depth, has the part's stretch: it goes with it.
 * A text that is the letter itself, a multipart and the root have none of their
 * own; in an attached message they have that of the attached message.
 *
 * No part has one where readers could disagree about the boundaries, and none
 * in a mail that is signed or encrypted, wherever in it: what is left would be
 * a mail that its sender did not write, under the sender's signature.
 */

/* Sets begin and end of every part. After all parts were read. */
void cut_find(struct reading *r);

#endif
