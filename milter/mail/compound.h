/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_COMPOUND_H
#define SKM_MAIL_COMPOUND_H

#include "milter/mail/reading.h"

/*
 * Compound files (MS-CFB), by libgsf: the documents of Office 97 to 2003, the
 * macros and objects inside newer ones, mails saved by Outlook (.msg).
 *
 * Members are the files embedded in it (ORIGIN_MEMBER), the source of its
 * macros (ORIGIN_MACRO) and those streams that inspectors look into
 * (ORIGIN_STREAM, named as in the file).
 */
bool compound_is(struct span bytes);

/* Adds the members of n. What is encrypted or broken is a mark; from a broken
 * file the macros are taken nevertheless. */
void compound_read(struct reading *r, struct node *n, struct span bytes);

#endif
