/* SPDX-License-Identifier: ISC */
#ifndef SKM_ACT_SMTP_LINE_H
#define SKM_ACT_SMTP_LINE_H

#include <stddef.h>
#include <stdint.h>

#include "milter/base/reason.h"

/*
 * A connection to an SMTP listener: bytes out, reply lines in, all before one
 * deadline. The other end is a program of this site, and bounded all the same.
 */
enum { SMTP_LINE_MAX = 1024, SMTP_LINE_LINES = 128 };

struct smtp_line {
	int fd;
	int64_t deadline; /* clock_ms() */
	unsigned lines; /* of the reply that is being read */
	size_t out_len, in_at, in_len;
	char out[8192], in[4096];
};

/* Connects to "HOST:PORT" or "[IPV6]:PORT"; all that follows ends seconds from
 * now. -1 and why; after 0 smtp_line_close() closes. */
int smtp_line_connect(struct smtp_line *l, const char *listener,
    int64_t seconds, struct reason *why);

/* Sends bytes; they may wait here for the next smtp_line_reply(). */
int smtp_line_write(struct smtp_line *l, const char *bytes, size_t len,
    struct reason *why);

/*
 * Reads one line of a reply (RFC 5321, 4.2): its code is returned, what stands
 * behind code and hyphen or blank is text, *more says that further lines
 * follow. -1 and why: the connection ended, or it was no reply.
 */
int smtp_line_reply(struct smtp_line *l, int *more, char text[SMTP_LINE_MAX],
    struct reason *why);

/* Ends the conversation, politely if that costs no time. */
void smtp_line_close(struct smtp_line *l);

#endif
