/* SPDX-License-Identifier: ISC */
#ifndef SKM_TESTS_FUZZ_READING_H
#define SKM_TESTS_FUZZ_READING_H

#include <stddef.h>
#include <stdint.h>

#include "milter/mail/reading.h"
#include "milter/mail/unlock.h"

/* libFuzzer calls this with bytes that reach new code. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* What seeds are encrypted with (contrib/fuzz). */
static char fuzz_word[] = "Sakura2026", *fuzz_words[] = { fuzz_word };
static const struct conf_list fuzz_passwords = { fuzz_words, 1 };

/* Small limits, so that every one of them is met too. */
static const struct message_limits fuzz_limits = { 100, 10, 50, 1 << 14,
	1 << 20, 1 << 18, 100, 150000, &fuzz_passwords, 1 << 20 };

/* Hands the bytes to what reads one part, as if they were all of a message, and
 * tries the password on what is encrypted. */
static inline void
fuzz_part(const uint8_t *bytes, size_t size,
    void (*read)(struct reading *r, struct node *root, struct span bytes))
{
	struct arena *a = arena_new((size_t)1 << 28);
	struct message m = { .arena = a, .bytes = bytes, .size = size };
	struct reading r = { .message = &m,
		.limits = &fuzz_limits,
		.pixels = fuzz_limits.pixels };
	struct node *root =
	    reading_part(&r, NULL, ORIGIN_MIME, (struct span){ bytes, size });

	m.root = &root->part;
	m.subject = "";
	read(&r, root, root->whole);
	(void)unlock_all(&r);
	arena_free(&a);
}

#endif
