/* SPDX-License-Identifier: ISC */
#ifndef SKM_INSPECT_LABELS_H
#define SKM_INSPECT_LABELS_H

#include <stddef.h>

#include "policy/fact.h"

/*
 * The words of labels.def in a line, as labels are written (domain.md 3.9):
 * in brackets of any kind, alone, or as a word between blanks or commas, in
 * full-width letters or with blanks inside. What is part of a longer word, is
 * taken back (「部外秘」ではありません) or is a word of a sentence is none.
 */
enum labels_kind {
	LABELS_TEXT,
	/* of somebody else's text: a word alone on a line is what an old mail
	 * program broke off, most often of a disclaimer */
	LABELS_QUOTED,
	LABELS_NAME /* a file name without its ending: _ . - part words too */
};

struct labels {
	void *owner;
	/* Called for each label; word is as in labels.def. */
	void (*found)(void *owner, enum fact fact, const char *word);
};

/* Reads a line of len bytes of UTF-8; bytes that are not are U+FFFD. Of one
 * that is longer than 1,000 bytes only these. */
void labels_line(const struct labels *want, enum labels_kind kind,
    const char *line, size_t len);

#endif
