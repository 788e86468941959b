/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_TAR_H
#define SKM_MAIL_TAR_H

#include "milter/base/buf.h"
#include "milter/mail/reading.h"

/*
 * A second look at a tar, block by block as it is unpacked: members have a
 * header of old (POSIX ustar), and one before it that may say otherwise (pax,
 * GNU). Tools take the one or the other, and some read on where others end.
 *
 * Nothing is taken out here. Differences are MARK_CONTAINER_CONFLICT: endings of
 * names or sizes that differ, and members behind the end.
 */
struct tar {
	struct reading *r;
	struct node *n;
	unsigned char block[512];
	size_t have; /* bytes of it */
	uint64_t skip; /* bytes of data to come, padding included */
	struct buf extended; /* of a pax header or long name; kept to the next
			      * member */
	char kind; /* of what is collected: 'x', 'L', or 0 */
	uint64_t collect; /* bytes of it to come */
	int empty; /* blocks of zeros in a row */
	bool ended;
};

/* An empty look; tar_free() afterwards. */
void tar_init(struct tar *t, struct reading *r, struct node *n);
void tar_free(struct tar *t);

/* The next bytes of the tar, as many as there are. */
void tar_feed(struct tar *t, const unsigned char *bytes, size_t len);

#endif
