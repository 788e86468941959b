/* SPDX-License-Identifier: ISC */
#ifndef SKM_RUN_COLLECT_H
#define SKM_RUN_COLLECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "milter/base/reason.h"

/*
 * One message as the MTA gives it, byte for byte, in a memfd. It is sealed
 * once and never copied again: scan reads it, quarantine copies it to disk.
 *
 * libmilter gives header values with LF between folded lines; they become CRLF
 * again, as everywhere else in the message.
 */
struct collect {
	int fd; /* -1: nothing yet */
	uint64_t size;
	uint64_t limit;
	bool over; /* more came than limit; the rest was not kept */
	int failed; /* errno of a write, 0: none */
	unsigned char *buffer; /* what is not written yet; NULL when idle */
	size_t buffered;
};

/* An empty message that will hold at most limit bytes. */
void collect_init(struct collect *c, uint64_t limit);

/* A header field as the callback has it (SMFIP_HDR_LEADSPC: the blank behind
 * the colon is in value). */
void collect_header(struct collect *c, const char *name, const char *value);

/* The empty line behind the header. */
void collect_end_of_header(struct collect *c);

/* A piece of the body. */
void collect_body(struct collect *c, const void *bytes, size_t len);

/* The sealed memfd, still owned by c, or -1 and why. */
int collect_seal(struct collect *c, struct reason *why);

/* Seals a memfd, so that nobody can change it any more. */
int collect_seal_fd(int fd, struct reason *why);

/* Forgets the message and gives all memory back. */
void collect_reset(struct collect *c);

#endif
