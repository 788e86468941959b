/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_LNK_H
#define SKM_MAIL_LNK_H

#include "milter/mail/reading.h"

/*
 * Shell links, the shortcuts of Windows (MS-SHLLINK), whatever they are named.
 * One says in several places what it starts, and Windows prefers them in its
 * own order; all are kept, for a person to see.
 */
struct lnk {
	const char *target; /* by its list of items, which Windows follows */
	const char *place; /* by LinkInfo: a path, or a share */
	const char *environment; /* with %variables%, before the others */
	const char *relative; /* from where the shortcut stands */
	const char *folder; /* where it is started */
	const char *arguments;
	const char *icon; /* a file, maybe with %variables% */
	int icon_index;
	struct span block; /* the first that Windows does not know, or that is
			    * too large to be one of its own */
	struct span appended; /* behind its last block: nothing of Windows' */
	bool whole; /* its structure held to the end */
};

/* Is this a shell link? Its first twenty bytes are its own. */
bool lnk_is(struct span bytes);

/* Takes it apart, in the arena. No string of *l is NULL; what is broken ends
 * the reading. */
void lnk_parse(struct arena *a, struct span bytes, struct lnk *l);

/* Adds what Windows passes over, a block or what is appended, as members of n;
 * a link that is broken is a mark. */
void lnk_read(struct reading *r, struct node *n, struct span bytes);

#endif
