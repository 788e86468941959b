/* SPDX-License-Identifier: ISC */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "milter/mail/message.h"
#include "milter/mail/unpack.h"
#include "milter/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Any bytes as a file that may hold files: bounded, whatever they say. */
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
	size_t taken = 0;

	m.root = &root->part;
	unpack_read(&r, root, root->whole);
	for (struct part *p = m.root->child; p; p = p->sibling) {
		assert(reading_node(p)->whole.len <= limits.member);
		taken += reading_node(p)->whole.len;
	}
	assert(taken <= limits.decoded && r.parts <= limits.parts);
	arena_free(&a);
	return 0;
}
