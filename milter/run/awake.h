/* SPDX-License-Identifier: ISC */
#ifndef SKM_RUN_AWAKE_H
#define SKM_RUN_AWAKE_H

#include "milter/base/reason.h"

/*
 * Wakes what libmilter's pool forgot.
 *
 * libmilter wakes for connections only. Its pool counts a worker as idle until
 * that worker runs, so that of sessions that become ready together some may
 * find nobody and wait until another session falls silent (measured: beside
 * 200 half-sent packets an honest client waited over 60 s); and smfi_stop()
 * waits for a lock that the listener gives up when someone connects, or after
 * five seconds. A connection of our own, opened and closed, cures both: its
 * worker takes up one session that was forgotten.
 */

/* Starts the thread that connects to the milter socket (libmilter's syntax)
 * for as long as somebody listens there. Once a process. */
int awake_start(const char *milter_socket, struct reason *why);

#endif
