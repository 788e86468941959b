/* SPDX-License-Identifier: ISC */
#ifndef SKM_CERTS_PROTECT_H
#define SKM_CERTS_PROTECT_H

#include "certs/fields.h"
#include "milter/base/reason.h"

/*
 * Header protection (RFC 9788): the fields of the message are encrypted with
 * its body, and the Subject that all can read is "[...]". HP-Outer says which
 * fields stand outside, and how.
 */

/* The Subject outside, with its name and line end. */
extern const char protect_subject[];

/* Writes to fd what is to be encrypted: the fields, HP-Outer, the Content-*
 * fields with hp="cipher", and the body. What is signed or encrypted already
 * gets a multipart/mixed around it, because readers look for hp= below
 * signatures. */
int protect_inner(int fd, const struct fields *f, struct reason *why);

#endif
