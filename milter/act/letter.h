/* SPDX-License-Identifier: ISC */
#ifndef SKM_ACT_LETTER_H
#define SKM_ACT_LETTER_H

#include "milter/base/buf.h"
#include "milter/base/conf.h"
#include "milter/quarantine/spool.h"

/*
 * Mails that we write ourselves, to the sender of a message and to nobody
 * else: from the null reverse-path, so that nobody answers them (RFC 3834),
 * by way of the spool, so that each is sent and none twice.
 */
struct letter {
	const struct conf *conf;
	struct spool *spool;
	const char *msg, *queue_id; /* of the message that it is about */
	const char *to; /* the sender of that */
	const char *message_id; /* that it answers, without brackets; or "" */
	const char *english, *japanese; /* Subject: printable ASCII, and at most
					 * 45 bytes of UTF-8 */
	const char *once; /* letters to one address in which this is the same
			   * are one */
};

/* Is there somebody to write to? Not the null reverse-path. */
bool letter_can(const struct letter *l);

/* Our name in mails: the setting node, or the host's. */
void letter_node(const struct conf *conf, char *out, size_t size);

/* Adds the header but for what says how the body is to be read, in lines that
 * end in CRLF, as all here. -1 when out is full. */
int letter_head(const struct letter *l, struct buf *out);

/* Adds a text in UTF-8 as a body part: what says how it is to be read, the
 * empty line, and the text in base64 without the last line end. -1: full. */
int letter_text(struct buf *out, const struct buf *text);

/* Puts the letter into the spool, durably, where the injector finds it. 0, also
 * when it was there before; or -1 and why. */
int
letter_send(const struct letter *l, const struct buf *text, struct reason *why);

#endif
