/* SPDX-License-Identifier: ISC */
#ifndef SKM_RUN_ASK_H
#define SKM_RUN_ASK_H

#include <stdint.h>

#include "milter/base/reason.h"
#include "policy/envelope.h"
#include "policy/findings.h"

/*
 * The client's end of scan and lookup. A question is sent first and its answer
 * collected later, so that both servers work at the same time.
 */
enum { PACKET_SCAN = 16 }; /* envelope_put() fields, and the message's memfd */

/*
 * Asks the server at socket: kind is PACKET_SCAN or PACKET_LOOKUP, message the
 * sealed memfd or -1. The connection to collect from, or -1 and why.
 */
int ask(const char *socket, uint16_t kind, int message,
    const struct envelope *e, int64_t deadline, struct reason *why);

/*
 * Collects what the server states into f and closes the connection. Whatever
 * goes wrong (connection -1 included) leaves f unfinished, with the fact
 * `silence` and why as its evidence: silence never means clean.
 */
void ask_collect(int connection, struct findings *f, enum fact silence,
    int64_t deadline, struct reason *why);

#endif
