/* SPDX-License-Identifier: ISC */
#include <stddef.h>
#include <stdint.h>

#include "milter/mail/pdf.h"
#include "milter/mail/unlock.h"
#include "milter/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Any bytes as a PDF, with or without a password. */
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

	pdf_read(&r, root, root->whole);
	(void)unlock_all(&r);
	arena_free(&a);
	return 0;
}
