/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_UNLOCK_H
#define SKM_MAIL_UNLOCK_H

#include "milter/mail/reading.h"

/*
 * What is encrypted and might open with a password from the mail. It waits
 * until all of the message was read, since the text may stand behind the file.
 */
struct unlocker {
	bool (*opens)(struct reading *r, void *owner, const char *password);
	/* Adds the members, once the password opened it. */
	void (*read)(struct reading *r, struct node *n, void *owner,
	    const char *password);
};

/*
 * May so many blocks (64 bytes hashed or decrypted, about) be spent on a try?
 * All tries of a message share scan_hashes; once they are used up what waits is
 * MARK_LIMIT too.
 */
bool unlock_spend(struct reading *r, uint64_t blocks);

/* Remembers a container; what is its encrypted members' names. owner, in the
 * arena, is handed to how. */
void unlock_later(struct reading *r, struct node *n,
    const struct unlocker *how, void *owner, const char *what);

/*
 * Tries all that wait. What opens gets its members, and MARK_UNLOCKED says
 * where the password stood (not what it is); what does not is MARK_OPAQUE. True
 * if there are new parts to be read.
 */
bool unlock_all(struct reading *r);

#endif
