/* SPDX-License-Identifier: ISC */
#ifndef SKM_RUN_ATTACHED_H
#define SKM_RUN_ATTACHED_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/findings.h"

/*
 * What of a message a person would call its attachments, taken from the parts
 * that scan answered with: the files that the message carries, and those in
 * its archives.
 *
 * Left out is what honest mail repeats: texts without a name (they are the
 * message), pictures (logos; SVG counts, it can run), signatures, keys, cards
 * and invitations, encrypted bodies, delivery reports, what documents consist
 * of, and what is too small to carry anything.
 */
enum {
	ATTACHED_MOST = 32, /* of one message */
	ATTACHED_PATTERN = 256 /* bytes, with NUL */
};

struct attached {
	const struct seen_part *part; /* the findings' */
	char pattern[ATTACHED_PATTERN]; /* attached_pattern(), or "" */
};

/* The first ATTACHED_MOST attachments into list; how many there are. */
size_t
attached_take(const struct findings *f, struct attached list[ATTACHED_MOST]);

/*
 * The pattern of a file's name: lower case, each run of digits (also full-width
 * ones) and each word that digits and letters alternate in as "#", the ending
 * kept: "invoice_8271.zip" and "Invoice_8272.ZIP" are "invoice_#.zip". "" when
 * it says nothing: less than three letters (one kanji) are left, or mail
 * programs give the name by themselves.
 */
void attached_pattern(const char *name, char pattern[ATTACHED_PATTERN]);

#endif
