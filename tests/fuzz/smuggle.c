/* SPDX-License-Identifier: ISC */
#include <stddef.h>
#include <stdint.h>

#include "milter/mail/smuggle.h"
#include "milter/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Any bytes as a page that spells out files. */
int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const struct message_limits limits = { 100, 10, 50, 1 << 14,
		1 << 20, 1 << 18, 100, NULL };
	struct arena *a = arena_new((size_t)1 << 28);
	struct message m = { .arena = a, .bytes = bytes, .size = size };
	struct reading r = { .message = &m, .limits = &limits };
	struct node *root =
	    reading_part(&r, NULL, ORIGIN_MIME, (struct span){ bytes, size });

	smuggle_read(&r, root, root->whole);
	arena_free(&a);
	return 0;
}
