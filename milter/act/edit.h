/* SPDX-License-Identifier: ISC */
#ifndef SKM_ACT_EDIT_H
#define SKM_ACT_EDIT_H

#include "certs/fields.h"
#include "milter/act/mta.h"
#include "milter/base/buf.h"
#include "milter/base/reason.h"

/*
 * A message of our own that is changed in the same way as one in the MTA's
 * hands: what the effects do to it is kept, and edit_write() writes it out.
 * Recipients are not its business, nor are replies.
 */
enum { EDIT_CHANGES = 8192 };

struct edit_change {
	const struct field *field;
	char *value; /* NULL: removed */
};

struct edit {
	struct mta mta; /* to be given to the effects */
	const struct fields *fields; /* of the message it begins as */
	struct edit_change *changes;
	size_t count, room;
	struct buf above, below; /* fields that are new */
	int body; /* memfd of a new body, or -1 */
};

/* Begins with the message that fields were read from; both must outlive it. */
void edit_begin(struct edit *e, const struct fields *fields);

/* A memfd with the changed message, at its begin; -1 and why. */
int edit_write(const struct edit *e, struct reason *why);

/* Gives back what edit_begin() began. */
void edit_end(struct edit *e);

#endif
