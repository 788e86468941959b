/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_PASSWORD_H
#define SKM_MAIL_PASSWORD_H

#include "milter/mail/reading.h"

/*
 * Words of a mail that may be the password of what it carries.
 *
 * In Japan a zip is sent with its password in the text, the subject or the next
 * mail (PPAP), and so is malware, because no scanner opens it. Tried are first
 * the site's own list and what follows a word such as パスワード, then every
 * other word that could be one; full-width characters count as ASCII. The
 * site's list, with what other mails said, takes half of the room at most.
 */
enum { PASSWORDS_MOST = 200 };

struct passwords {
	const char *list[PASSWORDS_MOST]; /* best first, none twice */
	const char *source[PASSWORDS_MOST]; /* "subject", "text" ... */
	size_t count;
	bool more; /* were left out */
};

/* Collects them from all that was read of the message so far. */
void passwords_collect(struct reading *r, struct passwords *all);

/* Does the subject or text speak of a password? */
bool passwords_announced(const struct message *m);

/* The words of another message, which was read whole; in that one's arena. */
void passwords_of(const struct message *m, struct passwords *all);

#endif
