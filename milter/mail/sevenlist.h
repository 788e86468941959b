/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_SEVENLIST_H
#define SKM_MAIL_SEVENLIST_H

#include <stdint.h>

#include "milter/base/buf.h"
#include "milter/mail/span.h"

/*
 * The lists of a 7z (7zFormat.txt): what is packed where and by which coders.
 * Nothing is believed: counts are bounded, and a list that ends early is none.
 */
enum { SEVEN_HEAD = 32, SEVEN_CODERS = 8, SEVEN_STREAMS = 16 };

struct seven_coder {
	struct span id, props;
	size_t ins; /* one goes out */
};

struct seven_folder {
	struct seven_coder coder[SEVEN_CODERS];
	size_t coders;
	/* what goes in at in comes out of coder out */
	size_t bind_in[SEVEN_STREAMS], bind_out[SEVEN_STREAMS], binds;
	size_t pack_in[SEVEN_STREAMS], packs; /* where packed streams go in */
	uint64_t size[SEVEN_CODERS]; /* that come out of each coder */
	bool has_crc;
	uint32_t crc;
};

struct seven_list {
	uint64_t at; /* of the packed streams, behind the head */
	uint64_t *pack; /* their sizes */
	size_t packs;
	struct seven_folder *folder;
	size_t folders;
	struct span rest; /* of the header, behind these */
};

/* Reads the pack and coders info that *in begins with, and moves *in behind
 * them; false if it is broken, or larger than any honest one. In the arena. */
bool sevenlist_read(struct arena *a, struct span *in, struct seven_list *l);

/* Has every stream of l a checksum? (SubStreamsInfo, which rest begins with.)
 */
bool sevenlist_checked(const struct seven_list *l);

/* Adds the pack and coders info; returns as buf_add(). */
int sevenlist_write(struct buf *out, const struct seven_list *l);

/* The number that the next archive's head says of its header (size bytes that
 * begin at bytes): writes the SEVEN_HEAD bytes of the head. */
void
sevenlist_head(struct span header, uint64_t at, unsigned char head[SEVEN_HEAD]);

#endif
