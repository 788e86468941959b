/* SPDX-License-Identifier: ISC */
#ifndef SKM_RECORD_WHO_H
#define SKM_RECORD_WHO_H

/*
 * Who typed the command: the actor of its event.
 */
enum { WHO_SIZE = 64 };

/* Finds out, once, before the process becomes another user. */
void who_remember(void);

/* The one who logged in, also behind sudo; else the user who started the
 * process, by name or number. */
void who_typed(char user[WHO_SIZE]);

#endif
