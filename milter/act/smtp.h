/* SPDX-License-Identifier: ISC */
#ifndef SKM_ACT_SMTP_H
#define SKM_ACT_SMTP_H

#include <stddef.h>
#include <stdint.h>

#include "milter/base/reason.h"

/*
 * One mail over SMTP to a listener of ours (RFC 5321). What matters is to know
 * for sure whether it was taken: only "unknown" may have been, and is never
 * sent again without a look at what became of it.
 */
struct smtp_mail {
	const char *listener; /* "HOST:PORT", "[IPV6]:PORT" */
	const char *sender; /* "" = null reverse-path */
	const char *sender_args; /* as the MTA gave them: "BODY=8BITMIME
				  * RET=HDRS ENVID=1 SMTPUTF8", or "" */
	char *const *rcpts;
	char *const *rcpts_args; /* likewise: "NOTIFY=NEVER ORCPT=..."; or NULL:
				  * none has any */
	size_t rcpts_count;
	const char *header; /* put in front, with its CRLF */
	int message; /* sent byte for byte from its begin */
	int64_t seconds; /* for all of it */
};

enum smtp_result {
	SMTP_TAKEN, /* 250 behind the data, for every recipient */
	SMTP_LATER, /* not taken: 4xx, or never sent whole */
	SMTP_REFUSED, /* not taken: 5xx */
	SMTP_UNKNOWN /* the connection ended behind the data */
};

/*
 * Sends it; all recipients must be taken before the data is sent. Arguments of
 * extensions that the listener does not offer are left out (a mail that needs
 * SMTPUTF8 is then refused), as are SIZE and AUTH, which are the client's.
 * why says what the listener said to which command.
 */
enum smtp_result smtp_send(const struct smtp_mail *mail, struct reason *why);

#endif
