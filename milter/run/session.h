/* SPDX-License-Identifier: ISC */
#ifndef SKM_RUN_SESSION_H
#define SKM_RUN_SESSION_H

#include "milter/base/reason.h"

/*
 * The libmilter callbacks: collect, ask, decide, act. Nothing else.
 *
 * Every no-reply flag is negotiated, so nothing is answered before the end of
 * the message: one round trip a message. Nothing is kept in threads (libmilter
 * moves sessions between them); what a callback needs hangs on the connection,
 * and a connection that is idle holds some 300 bytes.
 */
/* Registers the callbacks with libmilter (smfi_register). */
int session_register(struct reason *why);

#endif
