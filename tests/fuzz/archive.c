/* SPDX-License-Identifier: ISC */
#include <assert.h>

#include "milter/mail/unpack.h"
#include "tests/fuzz/reading.h"
#include "milter/base/banned.h"

static void
read(struct reading *r, struct node *root, struct span bytes)
{
	size_t taken = 0;

	unpack_read(r, root, bytes);
	for (struct part *p = root->part.child; p; p = p->sibling) {
		assert(reading_node(p)->whole.len <= fuzz_limits.member);
		taken += reading_node(p)->whole.len;
	}
	assert(taken <= fuzz_limits.decoded && r->parts <= fuzz_limits.parts);
}

/* Any bytes as a file that may hold files: bounded, whatever they say. */
int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	fuzz_part(bytes, size, read);
	return 0;
}
