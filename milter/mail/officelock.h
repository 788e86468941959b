/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_OFFICELOCK_H
#define SKM_MAIL_OFFICELOCK_H

#include "milter/mail/reading.h"

/*
 * Documents with a password (MS-OFFCRYPTO 2.3.4): the encrypted package of a
 * docx, xlsx or pptx, agile (Office 2010 on) or standard (Office 2007).
 */
struct officelock;

/* The password of what is "write-protected" only: Office tries it itself. */
#define OFFICELOCK_KNOWN "VelvetSweatshop"

/* What such a document is called in a mark. */
#define OFFICELOCK_WHAT "Office document with a password"

/* The lock that the stream EncryptionInfo describes, for the stream
 * EncryptedPackage; NULL if it is of no kind that is known here. In the
 * arena, as all of the below. */
struct officelock *officelock_new(struct reading *r, struct span info,
    struct span package);

/* Does the password (UTF-8) open it? Each try costs some 100,000 hashes, which
 * unlock_spend() allows or not. */
bool officelock_opens(struct officelock *lock, const char *password);

/* The document, once officelock_opens() said yes. */
struct span officelock_read(struct officelock *lock);

#endif
