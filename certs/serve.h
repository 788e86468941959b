/* SPDX-License-Identifier: ISC */
#ifndef SKM_CERTS_SERVE_H
#define SKM_CERTS_SERVE_H

#include <stddef.h>

#include "milter/base/conf.h"
#include "milter/base/reason.h"

/*
 * The seal server's work; the functions are those of struct server
 * (milter/run/serve.h). Every error is an answer "refused" or no answer.
 */

/* In the parent: the store can be read and gpg is there. ready becomes one
 * line for the supervisor. */
int seal_load(const struct conf *conf, char *ready, size_t size,
    struct reason *why);

/* In each child, before its cage closes; gpg's home is made in temp. */
int seal_prepare(const struct conf *conf, const char *temp, struct reason *why);

/* One request. -1: no answer was given, and the child should end. */
int seal_serve(int connection, struct reason *why);

#endif
